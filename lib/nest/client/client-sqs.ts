import { ClientProxy } from '@nestjs/microservices';
import type { MsPattern, ReadPacket, WritePacket } from '@nestjs/microservices';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { QueueHandle, SendOptions, SendResult } from '../../contracts/index.js';
import { patternRoute } from '../../serialization/index.js';
import { defaultParts } from '../adapters/default-parts.js';
import type { TaskProducer } from '../runtime-parts.js';
import { SqsRuntime } from '../sqs.runtime.js';
import { resolveClientOptions } from './client-options.js';
import type { ClientSqsOptions, ReplyOptions, ResolvedClientOptions } from './client-options.js';
import { checkReplyOptions } from './request-desks.js';
import { SqsRecord } from './sqs-record.js';
import type { SqsRecordOptions } from './sqs-record.js';

/**
 * Nest's client for one queue: `emit()` sends a task, `send()` sends a request and gives its replies.
 *
 * `ClientsModule` makes clients without injection, so it is the app's `SqsModule` that finds its clients and gives them
 * its connections and its producer. With a `connection` of its own a client needs no `SqsModule`.
 *
 * @example
 * ```ts
 * ClientsModule.register([
 *   { name: 'PRICES', customClass: ClientSqs, options: { queue: 'prices', reply: { prefix: 'replies-', create: true } } },
 * ])
 * ```
 */
export class ClientSqs extends ClientProxy {
  private readonly options: ResolvedClientOptions;
  private host: SqsRuntime | undefined;
  private connecting: Promise<Connected> | undefined;
  private connected: Connected | undefined;

  /** @throws InvalidOptionsError */
  constructor(options: ClientSqsOptions) {
    super();
    this.options = resolveClientOptions(options);
    if (options.reply !== undefined) checkReplyOptions(options.reply, options.queuePrefix);
  }

  /** Called by the app's `SqsModule`; a client with a connection of its own stays with it. */
  attach(host: SqsRuntime): void {
    if (this.options.connection !== undefined || this.host === host) return;
    this.use(host);
  }

  /** Finds the queue. Every call does it by itself. @throws InvalidOptionsError, QueueNotFoundError */
  async connect(): Promise<void> {
    this.connecting ??= this.open();
    try {
      this.connected = await this.connecting;
    } catch (error) {
      this.connecting = undefined;
      throw error;
    }
  }

  /** Fails what waits for a reply. A connection of its own is closed; the next call opens another one. */
  async close(): Promise<void> {
    const { host } = this;
    this.connecting = undefined;
    this.connected = undefined;
    host?.desks.abandon(this);
    if (this.options.connection === undefined) return;
    this.host = undefined;
    await host?.close();
  }

  /** The producer behind it. */
  override unwrap<T = TaskProducer>(): T {
    return this.here.host.producer as T;
  }

  protected override dispatchEvent<T = SendResult>(packet: ReadPacket): Promise<T> {
    const { target, data, options } = this.read(packet);
    return this.here.host.producer.send(target, data, options) as Promise<T>;
  }

  protected override publish(
    packet: ReadPacket,
    callback: (packet: WritePacket) => void,
  ): () => void {
    const { host, queue } = this.here;
    const { target, data, options, timeoutMs } = this.read(packet);
    const desk = host.desks.at(this.reply(queue), queue);
    return desk.start({ owner: this, target, data, options, timeoutMs, callback });
  }

  /** As workers know their handlers. */
  protected override normalizePattern(pattern: MsPattern): string {
    return patternRoute(pattern) ?? super.normalizePattern(pattern);
  }

  private get here(): Connected {
    if (this.connected !== undefined) return this.connected;
    throw new Error('This ClientSqs is not connected: call connect() first.');
  }

  private async open(): Promise<Connected> {
    const host = this.host ?? this.ownHost();
    await host.ready();
    return { host, queue: await host.find(this.options.queue) };
  }

  private ownHost(): SqsRuntime {
    const { connection, queuePrefix } = this.options;
    if (connection === undefined) throw nowhereToSend();
    const options = queuePrefix === undefined ? { connection } : { connection, queuePrefix };
    const host = new SqsRuntime({ options, parts: defaultParts });
    this.use(host);
    return host;
  }

  private use(host: SqsRuntime): void {
    const { queue, reply } = this.options;
    this.host = host;
    this.connecting = undefined;
    this.connected = undefined;
    host.registerQueue(queue);
    if (reply !== undefined) checkReplyOptions(reply, host.options.queuePrefix);
  }

  /** @throws InvalidOptionsError where requests were not asked for, or their format carries none */
  private reply(queue: QueueHandle): ReplyOptions {
    const { reply } = this.options;
    if (reply === undefined) throw repliesAreOff(queue.name);
    if (queue.format.name !== 'native') throw carriesNoRequests(queue);
    return reply;
  }

  private read({ pattern, data }: ReadPacket): Outgoing {
    const record = data instanceof SqsRecord ? data : new SqsRecord<unknown>(data);
    const { timeoutMs = this.options.timeoutMs, ...own }: SqsRecordOptions = record.options;
    return {
      target: { queue: this.options.queue, pattern: this.normalizePattern(pattern) },
      data: record.data,
      options: { ...this.options.sendOptions, ...own },
      timeoutMs,
    };
  }
}

interface Connected {
  readonly host: SqsRuntime;
  readonly queue: QueueHandle;
}

interface Outgoing {
  readonly target: { readonly queue: string; readonly pattern: string };
  readonly data: unknown;
  readonly options: SendOptions;
  readonly timeoutMs: number;
}

function nowhereToSend(): InvalidOptionsError {
  const problem =
    'expected SqsModule.forRoot() or forRootAsync() among the imports of the app, or options.connection, got neither';
  return new InvalidOptionsError({ where: 'ClientSqs', problems: [problem] });
}

function repliesAreOff(queue: string): InvalidOptionsError {
  const problem =
    `send() to queue "${queue}" waits for a reply, and options.reply says nowhere to wait: ` +
    `give it { prefix: 'replies-', create: true } or { queue }, or use emit()`;
  return new InvalidOptionsError({ where: 'ClientSqs', problems: [problem] });
}

function carriesNoRequests({ name, format }: QueueHandle): InvalidOptionsError {
  const problem = `send() needs a queue of format "native", and queue "${name}" has "${format.name}"; use emit()`;
  return new InvalidOptionsError({ where: 'ClientSqs', problems: [problem] });
}
