import { SQSClient } from '@aws-sdk/client-sqs';
import {
  silentLogger,
  type QueueGateway,
  type WorkerEventName,
  type WorkerEvents,
} from '../../lib/contracts/index.js';
import type { Worker } from '../../lib/consumer/worker.js';
import { SdkCalls, SdkGateway, type HotCalls } from '../../lib/queue-client/index.js';
import { ClientTransport } from '../../lib/queue-client/wire/client-transport.js';
import { UndiciTransport } from '../../lib/queue-client/wire/undici-transport.js';
import { WireCalls } from '../../lib/queue-client/wire/wire-calls.js';
import * as undici from 'undici';
import type { TestContext } from 'vitest';
import { startEmbedded } from './embedded.js';
import { FaultProxy, type SeenRequest } from './fault-proxy.js';
import { RecordingLogger } from './recording-logger.js';
import { signal, type Signal } from './signals.js';
import { bodyOf, workerOn, type WorkerUnderTest } from './worker.js';

export interface FaultyQueueOptions {
  /** Ends in `.fifo` for a FIFO queue. @default 'jobs' */
  queue?: string;
  /** Seconds; of the queue and of the worker. @default 30 */
  visibilityTimeoutSeconds?: number;
  /** Of the SDK; 1 shows each fault to the engine. @default 1 */
  attempts?: number;
  /** Milliseconds after which the client gives a request up. @default 40,000 */
  requestTimeoutMs?: number;
}

/** Named, as tests that run side by side have no other way to say which of them has ended. */
export type Test = Pick<TestContext, 'onTestFinished'>;

/** A queue of a real service, and a gateway to it through a proxy that misbehaves on command. Ends with its test. */
export async function faultyQueue(test: Test, options: FaultyQueueOptions = {}) {
  const { queue: name = 'jobs', visibilityTimeoutSeconds = 30 } = options;
  const isFifo = name.endsWith('.fifo');
  const service = await startEmbedded();
  const proxy = await FaultProxy.start({ target: service.endpoint });
  const gateway = gatewayTo(proxy.url, options);
  const fifo: Record<string, string> = isFifo ? { FifoQueue: 'true' } : {};
  const attributes = { VisibilityTimeout: String(visibilityTimeoutSeconds), ...fifo };
  const queueUrl = await service.gateway.createQueue(name, { attributes });
  const logger = new RecordingLogger();
  let running = proxy;
  const workers: Worker[] = [];

  test.onTestFinished(async () => {
    running.clear();
    running.release();
    await Promise.all(workers.map((worker) => worker.abort()));
    await gateway.close();
    await running.close();
    await service.close();
  });

  return {
    service,
    proxy,
    gateway,
    /** Past the proxy. */
    direct: service.gateway,
    queueUrl,
    logger,
    /** Sends tasks past the proxy, data by data; on FIFO all in one group. */
    async send(pattern: string, ...data: unknown[]): Promise<string[]> {
      return sendAll(service.gateway, queueUrl, pattern, data);
    },
    worker(own: Omit<WorkerUnderTest, 'gateway' | 'queueUrl'>): Worker {
      const handle = { visibilityTimeoutSeconds, ...own.handle };
      const consume = { settleLingerMs: 10, ...own.consume };
      const worker = workerOn({ gateway, queueUrl, logger, ...own, handle, consume });
      workers.push(worker);
      return worker;
    },
    /** Ends the endpoint, with every connection to it; answers the function that starts it again, at its address. */
    async closeEndpoint(): Promise<() => Promise<void>> {
      await proxy.close();
      const port = Number(new URL(proxy.url).port);
      return async () =>
        void (running = await FaultProxy.start({ target: service.endpoint, port }));
    },
    /** Bodies of the requests of one operation from now on. */
    record(operation: string): Record<string, unknown>[] {
      const seen: Record<string, unknown>[] = [];
      const note = ({ body }: SeenRequest): boolean => seen.push(body) < 0;
      proxy.inject({ operation, where: note, fault: () => {} });
      return seen;
    },
    counts: () => countsOf(service.gateway, queueUrl),
  };
}

export type FaultyQueue = Awaited<ReturnType<typeof faultyQueue>>;

/** What the gateways of a fault test send through; each is tested in turn (`test/behaviour/fault-lines`). */
export type Line = 'undici' | 'handler' | 'sdk';

let line: Line = 'undici';

/** All fault tests of the file that is running use it until told otherwise. */
export function useLine(chosen: Line): void {
  line = chosen;
}

export function gatewayTo(endpoint: string, options: FaultyQueueOptions = {}): SdkGateway {
  const requestTimeout = options.requestTimeoutMs ?? 40_000;
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: options.attempts ?? 1,
    requestHandler: {
      requestTimeout,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: Infinity },
    },
  });
  const calls = callsOf(client, requestTimeout);
  return new SdkGateway({ client, calls, ownsClient: true, logger: silentLogger });
}

function callsOf(client: SQSClient, answerTimeoutMs: number): HotCalls {
  if (line === 'sdk') return new SdkCalls(client);
  const timeouts = { connectTimeoutMs: 10_000, answerTimeoutMs };
  const transport =
    line === 'handler' ? new ClientTransport(client) : new UndiciTransport({ undici, ...timeouts });
  return new WireCalls({ client, transport, userAgent: 'test' });
}

export async function sendAll(
  gateway: QueueGateway,
  queueUrl: string,
  pattern: string,
  data: readonly unknown[],
): Promise<string[]> {
  const ids = queueUrl.endsWith('.fifo') ? { groupId: 'g' } : {};
  const entries = data.map((one, i) => {
    const deduplicationId = 'groupId' in ids ? { deduplicationId: `${String(one)}-${i}` } : {};
    return { body: bodyOf(pattern, one), ...ids, ...deduplicationId };
  });
  const sent: string[] = [];
  for (let i = 0; i < entries.length; i += 10) {
    for (const result of await gateway.sendBatch(queueUrl, entries.slice(i, i + 10))) {
      if (!result.ok) throw new Error(`not sent: ${result.failure.message}`);
      sent.push(result.value.messageId);
    }
  }
  return sent;
}

export async function countsOf(gateway: QueueGateway, queueUrl: string) {
  const attributes = await gateway.getQueueAttributes(queueUrl);
  return {
    visible: Number(attributes['ApproximateNumberOfMessages']),
    inFlight: Number(attributes['ApproximateNumberOfMessagesNotVisible']),
  };
}

export const EMPTY = { visible: 0, inFlight: 0 };

/** A signal that fires with every event of one kind. */
export function signalOf<E extends WorkerEventName>(
  worker: Worker,
  event: E,
): Signal<WorkerEvents[E]> {
  const seen = signal<WorkerEvents[E]>();
  worker.on(event, (facts) => seen.fire(facts));
  return seen;
}

/** The next so many. */
export async function nextOf<T>(from: Signal<T>, count: number): Promise<T[]> {
  const values: T[] = [];
  while (values.length < count) values.push(await from.next());
  return values;
}

/** Until nothing is in the queue, hidden or not. */
export async function emptied(queue: Pick<FaultyQueue, 'counts'>): Promise<void> {
  await vi.waitFor(async () => expect(await queue.counts()).toEqual(EMPTY), waiting);
}

export const waiting = { timeout: 10_000, interval: 25 };

/** For what comes in any order. */
export function sorted<T>(values: Iterable<T>): T[] {
  return [...values].toSorted((a, b) => (a < b ? -1 : 1));
}
