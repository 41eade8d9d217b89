import { Consumer } from '../../lib/consumer/consumer.js';
import { immediate, retry } from '../../lib/consumer/retry/index.js';
import type { Worker } from '../../lib/consumer/worker.js';
import type { QueueGateway, ReceivedMessage, ReceiveRequest } from '../../lib/contracts/index.js';
import { ManualClock } from '../../lib/primitives/manual-clock.js';
import { makeFamily } from '../support/family.js';
import { drained, memorySetup } from '../support/memory.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { bodyOf, handleOf, workerOn, type WorkerUnderTest } from '../support/worker.js';

/** The first loop that starves the event loop would go on for ever: it is stopped here, and fails by its count. */
const MAX_RECEIVES = 5_000;

describe('Receives that are answered empty at once', () => {
  test('are followed by rests that grow', async () => {
    const { clock, worker, receivedAt, end } = hasty();
    worker.start();
    await clock.advance(60_000);
    const gaps = gapsOf(receivedAt);
    expect(gaps.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000]);
    expect(new Set(gaps.slice(6))).toEqual(new Set([5_000]));
    await end();
  });

  test('are said once, with the likely cause', async () => {
    const { clock, worker, logger, end } = hasty();
    worker.start();
    await clock.advance(600_000);
    const warnings = logger.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('a mock, a proxy or an emulator'),
        fields: { queue: 'jobs', waitTimeSeconds: 20, answeredAfterMs: 0 },
      },
    ]);
    await end();
  });

  test('are no reason to rest once a message came, or the wait was kept', async () => {
    const { clock, worker, receivedAt, answers, end } = hasty();
    worker.start();
    await clock.advance(20_000);
    receivedAt.length = 0;
    answers.push('message', 'empty');
    await clock.advance(5_000);
    // The message doubled the polls; the first empty answer is followed by the shortest rest.
    expect(gapsOf(receivedAt).find((gap) => gap > 0)).toBe(250);
    await clock.advance(20_000);
    receivedAt.length = 0;
    answers.push('waits', 'empty', 'empty');
    await clock.advance(30_000);
    expect(gapsOf(receivedAt).slice(0, 2)).toEqual([20_000, 250]);
    await end();
  });

  test('after a wait that is cut short by the service cost no more than that wait', async () => {
    const { clock, worker, receivedAt, end } = hasty({ answersAfterMs: 6_000 });
    worker.start();
    await clock.advance(60_000);
    const gaps = gapsOf(receivedAt);
    expect(new Set(gaps)).toEqual(new Set([6_000]));
    await end();
  });

  test('never rest longer than the wait that was asked for', async () => {
    const { clock, worker, receivedAt, end } = hasty({ consume: { waitTimeSeconds: 1 } });
    worker.start();
    await clock.advance(60_000);
    expect(receivedAt.length).toBeGreaterThan(58);
    expect(receivedAt.length).toBeLessThan(65);
    await end();
  });

  test('rest a second each where no wait was asked for, and nothing is said', async () => {
    const { clock, worker, receivedAt, logger, end } = hasty({ consume: { waitTimeSeconds: 0 } });
    worker.start();
    await clock.advance(10_500);
    expect(receivedAt).toHaveLength(11);
    expect(logger.at('warn')).toEqual([]);
    await end();
  });

  test.each(['strict', 'weighted'] as const)(
    'rest on every level of a queue with priorities: %s',
    async (priorityOrder) => {
      const { clock, worker, receivedAt, logger, end } = await hastyFamily(priorityOrder);
      worker.start();
      await clock.advance(60_000);
      expect(receivedAt.length).toBeLessThan(3 * 25);
      expect(logger.at('warn')).toHaveLength(3);
      await end();
    },
  );

  test('rest in a loop of one’s own too', async () => {
    const { clock, logger, gateway, receivedAt } = hasty();
    const consumer = new Consumer({ handlers: none, interceptors: [], clock, logger });
    const loop = consumer.messages(handleOf({ gateway, queueUrl: 'jobs' }));
    const next = loop.next();
    await clock.advance(60_000);
    expect(receivedAt.length).toBeLessThan(20);
    const closing = loop.close();
    await clock.advance(1_000);
    await closing;
    expect((await next).done).toBe(true);
  });

  test('leave a drain, a pause and a resume as quick as they are', async () => {
    const { clock, worker, receivedAt, end } = hasty();
    worker.start();
    await clock.advance(60_000);
    worker.pause('jobs');
    await clock.advance(60_000);
    receivedAt.length = 0;
    worker.resume('jobs');
    await clock.advance(1);
    expect(receivedAt).toHaveLength(1);
    await end();
  });
});

describe('No loop starves the event loop where a gateway answers in microtasks', () => {
  test('full receives: timers and I/O get a turn after a few', async () => {
    const { clock, worker, mostInATurn, receivedAt, answers, end } = hasty();
    for (let i = 0; i < 300; i++) answers.push('full');
    worker.start();
    await clock.advance(60_000);
    expect(receivedAt.length).toBeGreaterThan(300);
    expect(mostInATurn()).toBeLessThan(15);
    await end();
  });

  test('a message that is retried at once for ever', async () => {
    const setup = await memorySetup();
    await setup.send('job');
    let runs = 0;
    const worker = setup.worker({
      consume: { onError: retry(immediate()) },
      handlers: {
        job() {
          if (runs++ < MAX_RECEIVES) throw new Error('again');
        },
      },
    });
    let turns = 0;
    const count = (): void => {
      turns++;
      if (runs <= MAX_RECEIVES) setImmediate(count);
    };
    setImmediate(count);
    worker.start();
    await setup.clock.advance(1_000);
    expect(runs).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(runs / 20);
    runs = MAX_RECEIVES;
    await drained(setup, worker);
  });
});

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((at, i) => at - (times[i] ?? 0));
}

type Answer = 'empty' | 'message' | 'full' | 'waits';

interface HastyOptions extends Pick<WorkerUnderTest, 'consume' | 'handle'> {
  answersAfterMs?: number;
}

/** A worker on a service that answers each receive at once, empty unless `answers` says otherwise. */
function hasty({ answersAfterMs = 0, ...own }: HastyOptions = {}) {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const receivedAt: number[] = [];
  const answers: Answer[] = [];
  const watch = turnWatch();
  let given = 0;
  const receive = async (
    _url: string,
    { maxMessages, waitTimeSeconds }: ReceiveRequest,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<ReceivedMessage[]> => {
    receivedAt.push(clock.now());
    watch.look();
    if (receivedAt.length > MAX_RECEIVES) return new Promise(() => {});
    const answer = answers.shift() ?? 'empty';
    const waitMs = answer === 'waits' ? waitTimeSeconds * 1_000 : answersAfterMs;
    if (waitMs > 0) await pause(clock, waitMs, signal);
    const count = { empty: 0, waits: 0, message: 1, full: maxMessages }[answer];
    return Array.from({ length: count }, () => message(`m${given++}`));
  };
  const gateway = { kind: 'mock', receive, deleteBatch: done, changeVisibilityBatch: done };
  const parts = { gateway: gateway as unknown as QueueGateway, queueUrl: 'jobs', clock, logger };
  const worker: Worker = workerOn({ ...parts, handlers: { job: () => {} }, ...own });
  const end = async (): Promise<void> => {
    const drain = worker.drain();
    await clock.advance(25_000);
    await drain;
    expect(clock.pendingTimers).toBe(0);
  };
  return { ...parts, worker, receivedAt, answers, mostInATurn: watch.mostInATurn, end };
}

async function hastyFamily(priorityOrder: 'strict' | 'weighted') {
  const first = hasty();
  const setup = await memorySetup();
  const family = await makeFamily(setup, 'more', 3);
  for (const level of family.levels ?? []) Object.assign(level, { gateway: first.gateway });
  const { clock, logger, gateway, queueUrl, receivedAt } = first;
  const worker = workerOn({
    clock,
    logger,
    gateway,
    queueUrl,
    handles: [family],
    consume: { priorityOrder },
  });
  const end = async (): Promise<void> => {
    const drain = worker.drain();
    await clock.advance(25_000);
    await drain;
    expect(clock.pendingTimers).toBe(0);
  };
  return { clock, logger, worker, receivedAt, end };
}

/** The most looks within one turn of the event loop. */
function turnWatch() {
  let looks = 0;
  let mostInATurn = 0;
  return {
    look(): void {
      if (looks === 0) setImmediate(() => (looks = 0));
      mostInATurn = Math.max(mostInATurn, ++looks);
    },
    mostInATurn: () => mostInATurn,
  };
}

function pause(clock: ManualClock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(resolve, ms);
    signal?.addEventListener('abort', () => {
      timer.cancel();
      reject(new Error('aborted'));
    });
  });
}

function message(messageId: string): ReceivedMessage {
  const body = bodyOf('job');
  return { messageId, receiptHandle: messageId, body, attributes: {}, systemAttributes: {} };
}

async function done(_url: string, entries: readonly unknown[]) {
  return entries.map(() => ({ ok: true, value: undefined }) as const);
}

const none = {
  find: () => undefined,
  findRaw: () => undefined,
  patternsOf: () => [],
  maxBatchSizeOf: () => 0,
};
