import { constant } from '../../lib/consumer/retry/backoff.js';
import { discard, retry } from '../../lib/consumer/retry/policies.js';
import { Consumer } from '../../lib/consumer/consumer.js';
import { silentLogger } from '../../lib/contracts/index.js';
import type { SqsLogger, WorkerEventName } from '../../lib/contracts/index.js';
import { collect, drained, memorySetup } from '../support/memory.js';
import { controlError } from '../support/control-errors.js';
import { handleOf } from '../support/worker.js';

const loggers: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('the disk is full');
    },
  ],
  ['rejects later', () => Promise.reject(new Error('the disk is full'))],
];

/** Every way that a task can end, each of them logged. */
const handlers = {
  fine: () => 'done',
  failed: () => {
    throw new Error('failed');
  },
  later: () => {
    throw controlError({ kind: 'retry', delaySeconds: 1 });
  },
  given: () => {
    throw controlError({ kind: 'discard', reason: 'not wanted' });
  },
  dead: () => {
    throw controlError({ kind: 'dead-letter', reason: 'cannot work' });
  },
};

beforeEach(() => {
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => spy.mockRestore());
});

describe('A logger that fails', () => {
  test.each(loggers)('changes nothing about any task: it %s', async (_name, act) => {
    const setup = await memorySetup({ maxReceiveCount: 2 });
    for (const pattern of [...Object.keys(handlers), 'nobody']) await setup.send(pattern);
    await setup.sendBody('not a task');
    const worker = setup.worker({
      consume: { concurrency: 1, onError: retry(constant(1)), onUnknownTask: discard() },
      logger: loggerThat(act),
      handlers,
    });
    const settled = collect(worker, 'task:settled');
    worker.start();
    await setup.clock.advance(120_000);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const kinds = settled.map(({ delivery, outcome }) => `${delivery.pattern}: ${outcome.kind}`);
    expect(kinds).toEqual(expect.arrayContaining(['fine: success', 'given: discard']));
    // What failed twice, what asked for two retries, what asked to be dead, and what is no task.
    expect(setup.service.messages('dead')).toHaveLength(4);
    await drained(setup, worker);
  });

  test.each(loggers)('keeps heartbeats and polls going: it %s', async (_name, act) => {
    const setup = await memorySetup();
    await setup.send('long');
    await setup.send('next');
    let next = 0;
    let failures = 1;
    setup.service.beforeCall = (operation) => {
      if (operation === 'ChangeMessageVisibilityBatch' && failures-- > 0) throw new Error('no');
    };
    const worker = setup.worker({
      consume: { concurrency: 1 },
      logger: loggerThat(act),
      handlers: {
        long: () => new Promise<void>((resolve) => setup.clock.setTimer(resolve, 120_000)),
        next: () => void next++,
      },
    });
    const lost = collect(worker, 'lease:lost');
    worker.start();
    await setup.clock.advance(130_000);
    expect(lost).toEqual([]);
    expect(next).toBe(1);
    setup.service.beforeCall = (operation) => {
      if (operation === 'ReceiveMessage') throw new Error('no');
    };
    await setup.clock.advance(60_000);
    setup.service.beforeCall = undefined;
    await setup.send('next');
    await setup.clock.advance(60_000);
    expect(next).toBe(2);
    await drained(setup, worker);
  });

  test.each(loggers)('is told of once, as a warning of the process: it %s', async (_name, act) => {
    const setup = await memorySetup();
    for (let i = 0; i < 5; i++) await setup.send('fine');
    const worker = setup.worker({ logger: loggerThat(act), handlers });
    worker.start();
    await setup.clock.advance(1_000);
    await drained(setup, worker);
    expect(process.emitWarning).toHaveBeenCalledTimes(1);
    expect(vi.mocked(process.emitWarning).mock.calls[0]?.[0]).toContain('the disk is full');
  });

  test.each(loggers)(
    'fails neither one batch nor a loop without a worker: it %s',
    async (_n, act) => {
      const setup = await memorySetup();
      const consumer = new Consumer({
        handlers: {
          find: () => undefined,
          findRaw: () => undefined,
          patternsOf: () => [],
          maxBatchSizeOf: () => 0,
        },
        interceptors: [],
        clock: setup.clock,
        logger: loggerThat(act),
      });
      const queue = handleOf({ gateway: setup.gateway, queueUrl: setup.queueUrl });
      await setup.send('nobody');
      const batch = consumer.processBatch(queue);
      await setup.clock.advance(1_000);
      expect((await batch).failed).toHaveLength(1);
      await setup.send('looped');
      const stream = consumer.messages(queue);
      const first = stream[Symbol.asyncIterator]().next();
      await setup.clock.advance(1_000);
      const { value } = await first;
      expect(value?.pattern).toBe('looped');
      value?.ack();
      await setup.clock.advance(1_000);
      const closing = stream.close();
      await setup.clock.advance(1_000);
      await closing;
    },
  );

  test.each(loggers)('does not keep a crash from ending the worker: it %s', async (_name, act) => {
    const setup = await memorySetup();
    await setup.send('failed');
    const worker = setup.worker({
      consume: { onError: { kind: 'crash' } },
      logger: loggerThat(act),
      handlers,
    });
    worker.start();
    await setup.clock.advance(5_000);
    expect(await worker.ended).toMatchObject({ reason: 'fatal' });
  });
});

describe('A listener that fails', () => {
  const events: WorkerEventName[] = [
    'worker:started',
    'poll:answered',
    'message:received',
    'task:started',
    'task:settled',
    'worker:draining',
    'worker:stopped',
  ];
  const thenable = {
    // oxlint-disable-next-line unicorn/no-thenable -- what some libraries answer instead of a promise
    then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('no')),
  };

  test.each([...loggers, ['answers a thenable that rejects', () => thenable]] as typeof loggers)(
    'changes nothing about any task, and is reported: it %s',
    async (_name, act) => {
      const setup = await memorySetup();
      for (let i = 0; i < 3; i++) await setup.send('fine');
      const worker = setup.worker({ consume: { concurrency: 1 }, handlers });
      for (const event of events) worker.on(event, act);
      const settled = collect(worker, 'task:settled');
      worker.start();
      await setup.clock.advance(5_000);
      expect(settled).toHaveLength(3);
      expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      await drained(setup, worker);
      for (const event of events) {
        expect(setup.logger.at('error')).toContain(`A listener of "${event}" failed`);
      }
    },
  );
});

function loggerThat(act: () => unknown): SqsLogger {
  return new Proxy(silentLogger, { get: () => act });
}
