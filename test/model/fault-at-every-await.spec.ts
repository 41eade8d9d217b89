import type { ConsumeOptions, SqsTaskInterceptor } from '../../lib/contracts/index.js';
import { retry } from '../../lib/consumer/retry/index.js';
import type { Worker } from '../../lib/consumer/worker.js';
import { from, mergeMap, throwError } from 'rxjs';
import { collect, memorySetup } from '../support/memory.js';
import { gate } from '../support/signals.js';
import type { Handle } from '../support/worker.js';
import type { Act, Fault, Operation, Settings, Step } from './scenario.js';
import { finish } from './final-checks.js';
import { World } from './world.js';

const operations: Operation[] = ['receive', 'delete', 'visibility', 'send'];
const kinds: Fault['kind'][] = [
  'refuse',
  'lose',
  'slow-before',
  'slow-after',
  'late',
  'fail-entries',
  'lose-entries',
  'drop-entries',
];

describe('After a fault at any one call', () => {
  describe.each(['standard', 'hold', 'release', 'wait'] as const)('%s', (kind) => {
    test.each(operations)('every slot is free and nothing is lost: %s', async (operation) => {
      const world = await run(kind);
      const count = world.faults.calls[operation];
      expect(count).toBeGreaterThan(0);
      for (let nth = 0; nth < count; nth++) {
        for (const fault of faultsOf(operation)) await run(kind, { fault, nth });
      }
    });
  });
});

/** Each breaks in its own place, every other time that it is reached. */
const points: Record<string, (broken: () => boolean) => Point> = {
  'a handler that throws at once': (broken) => ({
    handle() {
      if (broken()) throw new Error('at once');
    },
  }),
  'a handler that rejects undefined': (broken) => ({
    handle: () => (broken() ? Promise.reject(undefined) : undefined),
  }),
  'an interceptor before its handler': (broken) => ({
    interceptor: {
      intercept: (_delivery, next) =>
        broken() ? throwError(() => new Error('before')) : next.handle(),
    },
  }),
  'an interceptor that throws at once': (broken) => ({
    interceptor: {
      intercept(_delivery, next) {
        if (broken()) throw new Error('at once');
        return next.handle();
      },
    },
  }),
  'an interceptor after its handler': (broken) => ({
    interceptor: {
      intercept: (_delivery, next) =>
        next
          .handle()
          .pipe(
            mergeMap((outcome) =>
              broken() ? throwError(() => new Error('after')) : from([outcome]),
            ),
          ),
    },
  }),
  'a listener of task:started': (broken) => ({ listen: throwing('task:started', broken) }),
  'a listener of task:settled': (broken) => ({ listen: throwing('task:settled', broken) }),
  'a listener of message:received': (broken) => ({ listen: throwing('message:received', broken) }),
  'a listener of poll:answered': (broken) => ({ listen: throwing('poll:answered', broken) }),
  'a back-off': (broken) => ({
    handle: (_data, delivery) => {
      if (delivery.attempt === 1) throw new Error('first');
    },
    consume: {
      onError: retry(() => {
        if (broken()) throw new Error('no back-off');
        return 0;
      }),
    },
  }),
};

interface Point {
  handle?: Handle;
  interceptor?: SqsTaskInterceptor;
  consume?: ConsumeOptions;
  listen?: (worker: Worker) => void;
}

describe('After errors in', () => {
  describe.each(['jobs', 'jobs.fifo'])('%s', (queue) => {
    test.each(Object.entries(points))('%s, every slot is free', async (_name, pointOf) => {
      const setup = await memorySetup({ queue });
      const { clock } = setup;
      let reached = 0;
      const point = pointOf(() => reached++ % 2 === 0);
      let barrier = Promise.resolve();
      let running = 0;
      const worker = setup.worker({
        consume: { concurrency: 3, prefetch: 1, onError: retry(() => 0), ...point.consume },
        interceptors: point.interceptor === undefined ? [] : [point.interceptor],
        handlers: {
          job: (data, delivery) => point.handle?.(data, delivery),
          last: async () => {
            running++;
            await barrier;
          },
        },
      });
      point.listen?.(worker);
      const settled = collect(worker, 'task:settled');
      worker.start();
      for (let i = 0; i < 12; i++) await setup.send('job', i, `g${i % 4}`);
      await clock.advance(300_000);
      expect(reached).toBeGreaterThan(0);
      expect(settled.length).toBeGreaterThanOrEqual(12);
      expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });

      // An interceptor may still break; what it breaks comes again, and takes a slot of its own.
      const held = gate();
      barrier = held.opened;
      for (let i = 0; i < 3; i++) await setup.send('last', i, `last${i}`);
      await clock.advance(60_000);
      expect(running).toBe(3);
      held.open();
      await clock.advance(60_000);

      const drain = worker.drain();
      await clock.advance(25_000);
      await drain;
      const [status] = worker.status().queues;
      expect(status).toMatchObject({ runningCount: 0, prefetchedCount: 0, settlementsWaiting: 0 });
      expect(clock.pendingTimers).toBe(0);
    });
  });
});

function throwing(
  event: 'task:started' | 'task:settled' | 'message:received' | 'poll:answered',
  broken: () => boolean,
): (worker: Worker) => void {
  return (worker) => {
    worker.on(event, () => {
      if (broken()) throw new Error(`a listener of ${event}`);
    });
  };
}

async function run(
  kind: 'standard' | 'hold' | 'release' | 'wait',
  planned?: { fault: Fault; nth: number },
): Promise<World> {
  const isFifo = kind !== 'standard';
  const world = new World({
    ...settings,
    isFifo,
    fifoFailure: kind === 'standard' ? 'hold' : kind,
  });
  if (planned !== undefined) world.faults.plan(planned.fault, planned.nth);
  try {
    await world.begin();
    for (const step of steps) await world.take(step);
    await finish(world);
  } catch (cause) {
    throw new Error(`${JSON.stringify(planned)}\n${world.commandLog}`, { cause });
  }
  return world;
}

const settings: Omit<Settings, 'isFifo' | 'fifoFailure'> = {
  priorities: 1,
  priorityOrder: 'strict',
  visibilityTimeoutSeconds: 31,
  concurrency: 3,
  prefetch: 4,
  maxReceiveCount: 5,
  maxAttempts: undefined,
  settleLingerMs: 250,
  waitTimeSeconds: 20,
  timeoutMs: undefined,
  drainTimeoutMs: 20_000,
  maxOpenReceives: 2,
  expiredHandles: 'ignore',
};

const steps: Step[] = [
  {
    do: 'send',
    group: 0,
    delaySeconds: 0,
    tasks: [[], [act('fail', { delaySeconds: 1 })], [act('dead-letter')], [act('discard')]],
  },
  {
    do: 'send',
    group: 1,
    delaySeconds: 0,
    tasks: [[act('succeed', { ms: 45_000 })], [act('retry', { delaySeconds: 0 })], [act('leave')]],
  },
  { do: 'wait', ms: 20_000 },
  { do: 'stop', worker: 0, exiting: false },
  { do: 'start' },
  { do: 'send', group: 2, delaySeconds: 0, tasks: [[act('fail', { delaySeconds: 3 })], []] },
  { do: 'wait', ms: 60_000 },
];

function act(kind: Act['kind'], own: Partial<Act> = {}): Act {
  const plain = { ms: 0, heeds: false, blocksMs: 0 };
  const none = { delaySeconds: undefined, extendSeconds: undefined, extendsAtOnce: false };
  return { kind, ...plain, ...none, ...own };
}

function faultsOf(operation: Operation): Fault[] {
  const entriesOf = (kind: Fault['kind'], blame: boolean): Fault => ({
    operation,
    kind,
    calls: 1,
    ms: 5_000,
    chosen: Array.from({ length: 10 }, () => true),
    blame,
  });
  const plain = kinds.map((kind) => entriesOf(kind, false));
  const isOfEntries = operation !== 'receive';
  return isOfEntries ? [...plain, entriesOf('fail-entries', true)] : plain.slice(0, 5);
}
