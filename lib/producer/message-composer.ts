import { randomUUID } from 'node:crypto';
import { InvalidOptionsError } from '../contracts/errors/index.js';
import type { Codec, EncodedTask, TaskPacket } from '../contracts/format.js';
import type { OutgoingMessage } from '../contracts/gateway.js';
import type { SendContext } from '../contracts/interceptors.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import { LeftOut } from './left-out.js';
import { composeAttributes } from './message-attributes.js';
import { checkMessage } from './message-rules.js';
import { checkOptionNames } from './option-names.js';
import { errorText } from '../primitives/error-text.js';
import type { CheckedMessage } from './send-lanes.js';

export interface MessageComposerParts {
  /** Name of the codec where a send names none. */
  codec: string;
  serviceName?: string | undefined;
  logger: SqsLogger;
}

/** A send that can be made again without becoming another one: its deduplication id stays. */
export interface SendIdentity {
  deduplicationId?: string;
}

export interface ComposeFacts {
  readonly identity: SendIdentity;
  /** What makes the task a request. */
  readonly reply?: Partial<TaskPacket> | undefined;
  /** Level of the queue; undefined where it has no others. */
  readonly priority?: number | undefined;
}

/** Makes the message of a send, and checks it. */
export class MessageComposer {
  private readonly leftOut: LeftOut;

  constructor(private readonly parts: MessageComposerParts) {
    this.leftOut = new LeftOut(parts.logger);
  }

  /** @throws RefusedSendError, InvalidOptionsError for an option or a codec that is not known */
  compose(queue: QueueHandle, send: SendContext, own: ComposeFacts): CheckedMessage {
    checkOptionNames(queue.name, send.options);
    const message = this.encode(queue, send, own);
    copyOptions(message, send);
    if (queue.isFifo) addDeduplicationId(message, queue, send, own.identity);
    return { queue, message, bytes: checkMessage(queue, message) };
  }

  private encode(queue: QueueHandle, send: SendContext, own: ComposeFacts): OutgoingMessage {
    const isRaw = send.pattern === undefined;
    const { body, attributes: format } = isRaw ? rawBody(send) : this.encodeTask(queue, send, own);
    const serviceName = isRaw ? undefined : this.parts.serviceName;
    const given = send.options.attributes;
    const attributes = composeAttributes({ queue: queue.name, serviceName, format, given });
    return attributes === undefined ? { body } : { body, attributes };
  }

  private encodeTask(
    queue: QueueHandle,
    { pattern = '', data, options, queue: queueName }: SendContext,
    { reply, priority }: ComposeFacts,
  ): EncodedTask {
    const codec = findCodec(queue, options.codec ?? this.parts.codec);
    const { taskContext, meta } = options;
    const packet: TaskPacket = { pattern, data, ...reply };
    if (hasFields(taskContext)) packet.context = taskContext;
    if (hasFields(meta)) packet.meta = checkedMeta(queueName, meta);
    if (queue.format.leavesOut !== undefined) this.leftOut.check(queueName, queue, packet);
    const maxBytes = queue.sizeLimit?.bytes;
    return queue.format.encode(packet, { queue: queue.name, codec, priority, maxBytes });
  }
}

function hasFields<T extends object>(values: T | undefined): values is T {
  return values !== undefined && Object.keys(values).length > 0;
}

function checkedMeta(queue: string, meta: unknown): Record<string, unknown> {
  if (typeof meta === 'object' && meta !== null && !Array.isArray(meta)) return { ...meta };
  throw new InvalidOptionsError({
    where: `a send to queue "${queue}"`,
    problems: [
      `Expected meta to be an object, got ${Array.isArray(meta) ? 'an array' : typeof meta}`,
    ],
  });
}

function rawBody({ data, queue }: SendContext): EncodedTask {
  if (typeof data === 'string') return { body: data };
  throw new InvalidOptionsError({
    where: `sendRaw("${queue}")`,
    problems: [`Expected the body to be text, got ${data === null ? 'null' : typeof data}`],
  });
}

function findCodec(queue: QueueHandle, name: string): Codec {
  try {
    return queue.codecs(name);
  } catch (error) {
    throw new InvalidOptionsError({
      where: `a send to queue "${queue.name}"`,
      problems: [`codec "${name}" cannot be used: ${errorText(error)}`],
    });
  }
}

function copyOptions(message: OutgoingMessage, { options }: SendContext): void {
  const { delaySeconds, groupId, deduplicationId, traceHeader } = options;
  if (delaySeconds !== undefined) message.delaySeconds = delaySeconds;
  if (groupId !== undefined) message.groupId = groupId;
  if (deduplicationId !== undefined) message.deduplicationId = deduplicationId;
  if (traceHeader !== undefined) message.traceHeader = traceHeader;
}

function addDeduplicationId(
  message: OutgoingMessage,
  queue: QueueHandle,
  send: SendContext,
  identity: SendIdentity,
): void {
  if (queue.contentBasedDeduplication === true || send.options.deduplicationId !== undefined)
    return;
  identity.deduplicationId ??= randomUUID();
  message.deduplicationId = identity.deduplicationId;
}
