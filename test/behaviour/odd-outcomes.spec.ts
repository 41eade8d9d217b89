import { concat, EMPTY, NEVER, of, throwError, type Observable } from 'rxjs';
import { map } from 'rxjs';
import { constant } from '../../lib/consumer/retry/backoff.js';
import { discard, retry } from '../../lib/consumer/retry/policies.js';
import { InvalidOutcomeError } from '../../lib/contracts/index.js';
import type {
  Backoff,
  BatchTaskHandler,
  ConsumeOptions,
  HandlerLookup,
  MessageFormat,
  Outcome,
  OutcomePolicy,
  ReplyPort,
  SqsTaskInterceptor,
  StopPolicy,
  TaskChainHandler,
} from '../../lib/contracts/index.js';
import { collect, drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { handlerOf } from '../support/worker.js';

const empty = { visible: 0, inFlight: 0, delayed: 0 };

/** An interceptor that answers what the test says, whatever its type. */
function answering(answer: (next: TaskChainHandler) => unknown): SqsTaskInterceptor {
  class Odd implements SqsTaskInterceptor {
    intercept(_delivery: unknown, next: TaskChainHandler): Observable<Outcome> {
      return answer(next) as Observable<Outcome>;
    }
  }
  return new Odd();
}

/** The heartbeats that a worker sends within two hours in which it has nothing to do. */
async function heartbeatsOf(setup: MemorySetup): Promise<number> {
  let count = 0;
  setup.service.afterCall = (operation) => {
    if (operation === 'ChangeMessageVisibilityBatch') count++;
    return undefined;
  };
  await setup.clock.advance(7_200_000);
  return count;
}

const odd: [string, (next: TaskChainHandler) => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a number', () => 5],
  ['an empty Observable', () => EMPTY],
  ['an Observable of undefined', () => of(undefined)],
  ['an Observable of text', () => of('done')],
  ['an object of another kind', () => of({ kind: 'fine' })],
  ['an object without a kind', () => of({ status: 200 })],
  ['an object whose kind throws', () => of(throwing('kind'))],
  ['a list of outcomes', () => of([{ kind: 'success' }])],
  ['the Observable within a promise', async (next) => next.handle()],
  ['nothing of what the handler gave', (next) => next.handle().pipe(map(() => undefined))],
  [
    'an error after an outcome',
    () =>
      concat(
        of({ kind: 'success' }),
        throwError(() => 'late'),
      ),
  ],
];

describe('An interceptor that answers no outcome', () => {
  test.each(odd)('fails its delivery, which comes back: %s', async (_name, answer) => {
    const setup = await memorySetup({ maxReceiveCount: 2 });
    await setup.send('job');
    let runs = 0;
    const worker = setup.worker({
      consume: { onError: retry(constant(60)) },
      interceptors: [answering(answer)],
      handlers: { job: () => void runs++ },
    });
    const settled = collect(worker, 'task:settled');
    worker.start();
    await setup.clock.advance(1_000);
    expect(settled.map(({ outcome }) => outcome.kind)).toEqual(['retry']);
    expect(setup.counts()).toEqual({ ...empty, inFlight: 1 });
    await setup.clock.advance(180_000);
    expect(setup.service.messages('dead')).toHaveLength(1);
    expect(await heartbeatsOf(setup)).toBe(0);
    await drained(setup, worker);
  });

  test('is named, and what it answered', async () => {
    const { outcome, seen } = await throughTwo(() => of(undefined));
    const error = new InvalidOutcomeError({ interceptor: 'Odd', found: 'undefined' });
    expect(outcome).toMatchObject({ kind: 'retry', error });
    expect(error.message).toMatch(/task interceptor Odd to answer an outcome, got undefined/);
    // Those outside of it see an outcome too.
    expect(seen).toEqual([outcome]);
  });

  test("falls under the handler's own onError", async () => {
    const setup = await memorySetup();
    await setup.send('job');
    const worker = setup.worker({
      interceptors: [answering(() => EMPTY)],
      handlers: { job: handlerOf(() => {}, { onError: discard() }) },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test('in a batch fails its own delivery only', async () => {
    const setup = await memorySetup();
    for (const n of [1, 2, 3]) await setup.send('index', n);
    const seen: unknown[] = [];
    const index: BatchTaskHandler = {
      name: 'Test.batch',
      options: { maxSize: 3, maxWaitMs: 10 },
      run: async (_deliveries, data) => {
        seen.push(...data);
        return new Map();
      },
    };
    const worker = setup.worker({
      consume: { onError: retry(constant(600)) },
      interceptors: [
        { intercept: (delivery, next) => (delivery.data === 2 ? EMPTY : next.handle()) },
      ],
      batch: { index },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(seen).toEqual([1, 3]);
    expect(setup.counts()).toEqual({ ...empty, inFlight: 1 });
    await drained(setup, worker);
  });
});

describe('An interceptor that answers several outcomes', () => {
  test('has chosen the last, once it completes; those outside of it see that one', async () => {
    const answers: Outcome[] = [
      { kind: 'success' },
      { kind: 'retry', delaySeconds: 60, wanted: true },
      { kind: 'discard', reason: 'after all' },
    ];
    const { outcome, seen } = await throughTwo(() => of(...answers));
    expect(outcome).toEqual(answers[2]);
    expect(seen).toEqual([answers[2]]);
  });

  test.each([
    [
      { kind: 'retry', wanted: true },
      { kind: 'retry', wanted: true },
    ],
    [
      { kind: 'retry', delaySeconds: 'soon' },
      { kind: 'retry', delaySeconds: 30, wanted: false },
    ],
    [{ kind: 'discard' }, { kind: 'discard', reason: 'an interceptor chose discard' }],
    [
      { kind: 'release', reason: 5 },
      { kind: 'release', reason: 'an interceptor chose release' },
    ],
    [{ kind: 'dead-letter' }, { kind: 'dead-letter', reason: 'an interceptor chose dead-letter' }],
  ])('may leave out what can be filled in: %j', async (answer, expected) => {
    const { outcome } = await throughTwo(() => of(answer));
    expect(outcome).toEqual(expected);
  });
});

describe('An interceptor that never completes', () => {
  test('holds its message until the lease cannot be extended; then its signal is aborted, and it is told of', async () => {
    const setup = await memorySetup();
    await setup.send('job');
    const worker = setup.worker({
      interceptors: [answering((next) => concat(next.handle(), NEVER))],
      handlers: { job: () => {} },
    });
    const stuck = collect(worker, 'task:stuck');
    worker.start();
    await setup.clock.advance(43_100_000);
    expect(setup.counts()).toEqual({ ...empty, inFlight: 1 });
    await setup.clock.advance(200_000);
    expect(stuck).toHaveLength(1);
    expect(worker.status().queues[0]?.stuckCount).toBe(1);
    setup.clock.setTimer(() => {}, 1);
    const drain = worker.drain({ exiting: true });
    await setup.clock.advance(25_000);
    await drain;
  });
});

describe('Whatever throws between receive and settle', () => {
  const noHandlers: HandlerLookup = {
    find: () => undefined,
    findRaw: () => undefined,
    patternsOf: () => [],
    maxBatchSizeOf: () => 0,
  };
  const formats: [string, MessageFormat['decode']][] = [
    ['throws', broken],
    ['answers undefined', () => undefined as never],
    ['answers text', () => 'text' as never],
    ['answers no pattern', () => ({ data: 1 }) as never],
    [
      'answers a context that is no object',
      () => ({ pattern: 'job', data: 1, context: 'x' }) as never,
    ],
  ];

  test.each(formats)('a format that %s makes an invalid message', async (_name, decode) => {
    const setup = await memorySetup();
    await setup.send('job');
    const format: MessageFormat = { name: 'own', encode: broken, decode };
    const worker = setup.worker({
      consume: { onInvalidMessage: discard(), onError: retry(constant(600)) },
      handle: { format },
      handlers: { job: () => {} },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test.each(['find', 'findRaw'] as const)(
    'a handler lookup whose %s() throws is a failure, and the slot is free again',
    async (method) => {
      // The start of a worker looks too.
      let isStarted = false;
      const handlers: HandlerLookup = {
        ...noHandlers,
        [method]: () => (isStarted ? broken() : undefined),
      };
      const setup = await memorySetup();
      for (let i = 0; i < 3; i++) await setup.send('job');
      const worker = setup.worker({
        consume: { concurrency: 1, onError: retry(constant(600)) },
        lookup: handlers,
      });
      const settled = collect(worker, 'task:settled');
      worker.start();
      isStarted = true;
      await setup.clock.advance(1_000);
      expect(settled.map(({ outcome }) => outcome.kind)).toEqual(['retry', 'retry', 'retry']);
      expect(await heartbeatsOf(setup)).toBeLessThan(100);
      await drained(setup, worker);
    },
  );

  const backoffs: [string, Backoff][] = [
    ['throws', broken],
    ['answers text', (() => 'soon') as never],
    ['answers null', (() => null) as never],
    ['answers NaN', () => Number.NaN],
    ['answers a promise', (async () => 5) as never],
    ['answers a promise that rejects', (async () => broken()) as never],
    ['answers an object', (() => ({ seconds: 5 })) as never],
  ];

  test.each(backoffs)(
    'a back-off that %s lets the message come back in 30 s',
    async (_name, backoff) => {
      const setup = await memorySetup();
      await setup.send('job');
      const at: number[] = [];
      const worker = setup.worker({
        consume: { onError: retry(backoff) },
        handlers: {
          job() {
            at.push(setup.clock.now());
            throw new Error('the bank does not answer');
          },
        },
      });
      const settled = collect(worker, 'task:settled');
      worker.start();
      await setup.clock.advance(28_000);
      expect(at).toHaveLength(1);
      await setup.clock.advance(5_000);
      expect(at).toHaveLength(2);
      expect(settled[0]?.outcome).toMatchObject({ error: new Error('the bank does not answer') });
      await drained(setup, worker);
    },
  );

  test.each(backoffs)('a back-off that %s holds no FIFO group for ever', async (_name, backoff) => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    await setup.send('job', 1);
    await setup.send('job', 2);
    const runs: unknown[] = [];
    const worker = setup.worker({
      consume: { onError: retry(backoff) },
      handlers: {
        job(data) {
          runs.push(data);
          if (runs.length === 1) throw new Error('the bank does not answer');
        },
      },
    });
    worker.start();
    await setup.clock.advance(60_000);
    expect(runs).toEqual([1, 1, 2]);
    await drained(setup, worker);
  });

  test.each([
    ['start', { start: () => ({ shouldStop: () => false, startsLeft: broken }) }],
    ['stop', { start: () => ({ shouldStop: broken }) }],
    ['ask again', { start: () => ({ shouldStop: () => false, recheckInMs: broken }) }],
  ] as [string, StopPolicy][])(
    'a stop policy that throws when it is to say whether to %s stops nothing',
    async (_name, stopWhen) => {
      const setup = await memorySetup();
      for (let i = 0; i < 5; i++) await setup.send('job');
      let runs = 0;
      const worker = setup.worker({
        consume: { concurrency: 1 },
        stopWhen,
        handlers: { job: () => void runs++ },
      });
      worker.start();
      await setup.clock.advance(5_000);
      expect(runs).toBe(5);
      expect(setup.counts()).toEqual(empty);
      expect(setup.logger.at('error').length).toBe(1);
      await drained(setup, worker);
    },
  );

  test.each([
    ['open', discard(), { open: broken, close: async () => {} }],
    ['close', retry(constant(60)), { open: () => {}, close: broken }],
    ['later at close', retry(constant(60)), { open: () => {}, close: async () => broken() }],
  ] as [string, OutcomePolicy, ReplyPort][])(
    'a reply port that throws at %s settles its message by policy',
    async (_name, policy, replies) => {
      const setup = await memorySetup({ maxReceiveCount: 2 });
      const replyTo = 'https://sqs.test/1/replies';
      await setup.sendBody(JSON.stringify({ pattern: 'job', data: 1, id: '1', replyTo }));
      const worker = setup.worker({
        consume: { onError: policy, onInvalidMessage: policy },
        replies,
        handlers: { job: () => {} },
      });
      worker.start();
      await setup.clock.advance(180_000);
      expect(setup.counts()).toEqual(empty);
      expect(await heartbeatsOf(setup)).toBe(0);
      await drained(setup, worker);
    },
  );

  test('an error whose own getters throw is a failure like any other', async () => {
    const setup = await memorySetup({ maxReceiveCount: 9 });
    const errors = [throwing('message'), throwing('stack'), throwing('name'), hostile()];
    for (let i = 0; i < errors.length; i++) await setup.send('job', i);
    const worker = setup.worker({
      consume: { onError: { kind: 'dead-letter' } },
      handlers: {
        job(data) {
          throw errors[data as number];
        },
      },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.service.messages('dead')).toHaveLength(errors.length);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test.each([
    ['of a kind that is not known', { kind: 'explode' }],
    ['that is no object', 'retry'],
    ['with a delay that is no number', { kind: 'retry', delaySeconds: 'soon' }],
    ['without a reason', { kind: 'dead-letter' }],
  ])('a choice %s loses nothing', async (_name, signal) => {
    const setup = await memorySetup({ maxReceiveCount: 2 });
    await setup.send('job');
    const brand = Symbol.for('nestjs-sqs-tasks:control-error');
    const worker = setup.worker({
      consume: { onError: retry(constant(30)) },
      handlers: {
        job() {
          throw Object.assign(new Error('branded'), { [brand]: signal });
        },
      },
    });
    worker.start();
    await setup.clock.advance(120_000);
    expect(setup.service.messages('dead')).toHaveLength(1);
    await drained(setup, worker);
  });
});

describe("ack: 'before'", () => {
  const modes: ConsumeOptions[] = [{}, { fifoFailure: 'hold' }];

  test.each(modes)(
    'never runs a task twice where something around its handler fails or asks for a retry (%j)',
    async (own) => {
      const queue = own.fifoFailure === undefined ? 'jobs' : 'jobs.fifo';
      const setup = await memorySetup({ queue, maxReceiveCount: 5 });
      const asked: Outcome = { kind: 'retry', delaySeconds: 1, wanted: true };
      const interceptors = [
        answering((next) => next.handle().pipe(map(() => asked))),
        answering((next) =>
          concat(
            next.handle(),
            throwError(() => new Error('after it')),
          ),
        ),
      ];
      for (const [i, interceptor] of interceptors.entries()) {
        await setup.send('job', i, `g${i}`);
        let runs = 0;
        const worker = setup.worker({
          consume: { ...own, ack: 'before' },
          interceptors: [interceptor],
          handlers: { job: () => void runs++ },
        });
        const settled = collect(worker, 'task:settled');
        worker.start();
        await setup.clock.advance(120_000);
        expect(runs).toBe(1);
        expect(settled.map(({ outcome }) => outcome.kind)).toEqual(['discard']);
        await drained(setup, worker);
      }
      expect(setup.service.messages(setup.dead)).toEqual([]);
    },
  );
});

/** What a link outside of an odd one sees, and what comes of it. */
async function throughTwo(answer: (next: TaskChainHandler) => unknown) {
  const setup = await memorySetup();
  await setup.send('job');
  const seen: unknown[] = [];
  const outer: SqsTaskInterceptor = {
    intercept: (_delivery, next) =>
      next.handle().pipe(
        map((outcome) => {
          seen.push(outcome);
          return outcome;
        }),
      ),
  };
  const worker = setup.worker({
    consume: { onError: retry(constant(60)) },
    // What comes back at once is done the second time.
    interceptors: [outer, answering((next) => (seen.length === 0 ? answer(next) : next.handle()))],
    handlers: { job: () => {} },
  });
  const settled = collect(worker, 'task:settled');
  worker.start();
  await setup.clock.advance(1_000);
  await drained(setup, worker);
  return { outcome: settled[0]?.outcome, seen: seen.slice(0, 1) };
}

function broken(): never {
  throw new Error('broken');
}

function throwing(property: string): Error {
  return Object.defineProperty(new Error('hidden'), property, {
    get() {
      throw new Error(`no ${property}`);
    },
  });
}

/** Throws whatever is done with it. */
function hostile(): object {
  return new Proxy(
    {},
    { get: broken, has: broken, getPrototypeOf: broken, ownKeys: broken, set: broken },
  );
}
