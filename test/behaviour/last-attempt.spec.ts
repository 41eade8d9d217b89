import { map } from 'rxjs';
import { constant } from '../../lib/consumer/retry/backoff.js';
import { crash, discard, retry } from '../../lib/consumer/retry/policies.js';
import type { ConsumeOptions, Outcome, TaskDelivery } from '../../lib/contracts/index.js';
import { controlError } from '../support/control-errors.js';
import { collect, drained, memorySetup, type MemorySetup } from '../support/memory.js';
import { handlerOf, type WorkerUnderTest } from '../support/worker.js';

const empty = { visible: 0, inFlight: 0, delayed: 0 };
const lastLine = 'Task failed for the last time: SQS dead-letters it now';

describe("The attempt that is SQS's last", () => {
  test('is told of as dead-lettered by SQS, in the log and in events, and SQS does it at once', async () => {
    const setup = await memorySetup({ maxReceiveCount: 3 });
    const { settled } = await failing(setup, { onError: retry(constant(600)) });
    await setup.clock.advance(1_202_000);
    const outcomes = settled.map(({ outcome }) => outcome);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['retry', 'retry', 'dead-letter']);
    expect(outcomes[2]).toEqual({
      kind: 'dead-letter',
      movedBy: 'sqs',
      reason: 'the bank does not answer',
      error: new Error('the bank does not answer'),
    });
    // No back-off is waited for in vain.
    expect(setup.service.messages('dead')).toHaveLength(1);
    const lines = setup.logger.lines.filter(({ level }) => level === 'error');
    expect(lines.map(({ message }) => message)).toEqual(['Task failed', 'Task failed', lastLine]);
    expect(lines[2].fields).toMatchObject({ outcome: 'dead-letter', receiveCount: 3 });
    expect(lines[2].fields?.['delaySeconds']).toBeUndefined();
  });

  test('is told of where the handler asked for a retry too, as an error', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    const error = controlError({ kind: 'retry', delaySeconds: 900 });
    const { settled } = await failing(setup, {}, () => error);
    await setup.clock.advance(2_000);
    expect(settled[0].outcome).toMatchObject({ kind: 'dead-letter', movedBy: 'sqs' });
    expect(setup.logger.at('error')).toEqual([lastLine]);
    expect(setup.service.messages('dead')).toHaveLength(1);
  });

  test.each([
    ['of a task that nobody handles', { handlers: {} }, 'No handler for task "job"'],
    [
      'of a message that cannot be decoded',
      { handle: { format: { name: 'x', encode: never, decode: never } } },
      'it never works',
    ],
  ] as [string, Partial<WorkerUnderTest>, string][])(
    'is told of %s',
    async (_name, own, reason) => {
      const setup = await memorySetup({ maxReceiveCount: 1 });
      const { settled } = await failing(setup, {}, undefined, own);
      await setup.clock.advance(2_000);
      expect(settled[0].outcome).toMatchObject({ kind: 'dead-letter', movedBy: 'sqs' });
      expect((settled[0].outcome as { reason: string }).reason).toContain(reason);
      expect(setup.service.messages('dead')).toHaveLength(1);
    },
  );

  test('is told of where an interceptor chose to retry', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    const again: Outcome = { kind: 'retry', delaySeconds: 900, wanted: true };
    const interceptors = [
      { intercept: (_delivery: unknown, next: Next) => next.handle().pipe(map(() => again)) },
    ];
    const { settled } = await failing(setup, {}, undefined, { interceptors });
    await setup.clock.advance(2_000);
    const reason = 'a retry was asked for';
    expect(settled[0].outcome).toMatchObject({ kind: 'dead-letter', movedBy: 'sqs', reason });
    expect(setup.logger.at('error')).toEqual([lastLine]);
  });

  test('is seen by interceptors as what it comes to', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    const seen: Outcome[] = [];
    const interceptors = [
      {
        intercept: (_delivery: unknown, next: Next) =>
          next.handle().pipe(
            map((outcome) => {
              seen.push(outcome);
              return outcome;
            }),
          ),
      },
    ];
    await failing(setup, {}, undefined, { interceptors });
    await setup.clock.advance(2_000);
    expect(seen).toMatchObject([{ kind: 'dead-letter', movedBy: 'sqs' }]);
  });

  test('is told of where crash() gives the message back', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    const { settled, worker } = await failing(setup, { onError: crash() });
    await setup.clock.advance(2_000);
    expect(await worker.ended).toMatchObject({ reason: 'fatal' });
    expect(settled[0].outcome).toMatchObject({ kind: 'dead-letter', movedBy: 'sqs' });
  });

  test('does not count for what a loop leaves, gives back unrun, discards or does', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    const ends = [controlError({ kind: 'leave' }), controlError({ kind: 'discard', reason: 'x' })];
    const { settled } = await failing(setup, {}, () => ends.shift());
    await setup.send('job');
    await setup.send('job');
    await setup.clock.advance(2_000);
    expect(settled.map(({ outcome }) => outcome.kind)).toEqual(['retry', 'discard', 'success']);
  });

  test('is none where no dead-letter queue is known', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    const handle = { deadLetter: undefined };
    const { settled } = await failing(setup, {}, undefined, { handle });
    await setup.clock.advance(2_000);
    expect(settled[0].outcome.kind).toBe('retry');
    expect(setup.logger.at('error')).toEqual(['Task failed']);
  });

  test('was none where SQS gives the message again: it waits for its back-off once more', async () => {
    const setup = await memorySetup();
    const handle = {
      deadLetter: {
        name: 'dead',
        url: setup.deadUrl,
        gateway: setup.gateway,
        isFifo: false,
        maxReceiveCount: 2,
      },
    };
    const { settled } = await failing(setup, { onError: retry(constant(60)) }, undefined, {
      handle,
    });
    await setup.clock.advance(190_000);
    const kinds = settled.map(({ outcome }) => outcome.kind);
    expect(kinds).toEqual(['retry', 'dead-letter', 'retry', 'retry', 'retry']);
  });

  test.each(['release', 'wait'] as const)(
    'of a FIFO head that is retried by %s lets its group go on',
    async (fifoFailure) => {
      const setup = await memorySetup({ queue: 'jobs.fifo', maxReceiveCount: 2 });
      for (const n of [1, 2, 3]) await setup.send('job', n);
      const done: unknown[] = [];
      const worker = setup.worker({
        consume: { fifoFailure, onError: retry(constant(20)), concurrency: 1, prefetch: 0 },
        handlers: {
          job(data) {
            if (data === 1) throw new Error('the bank does not answer');
            done.push(data);
          },
        },
      });
      const settled = collect(worker, 'task:settled');
      worker.start();
      await setup.clock.advance(120_000);
      expect(done).toEqual([2, 3]);
      expect(setup.service.messages('dead.fifo')).toHaveLength(1);
      const ofHead = settled.filter(({ delivery }) => delivery.data === 1);
      expect(ofHead.at(-1)?.outcome).toMatchObject({ kind: 'dead-letter', movedBy: 'sqs' });
      await drained(setup, worker);
    },
  );
});

describe("onExhausted: 'copy'", () => {
  test('moves the message itself, with the reason of the last failure', async () => {
    const setup = await memorySetup({ maxReceiveCount: 2 });
    const errors = ['first', 'last'].map((text) => new Error(text));
    const { settled } = await failing(
      setup,
      { onExhausted: 'copy', onError: retry(constant(10)) },
      () => errors.shift(),
    );
    await setup.clock.advance(60_000);
    expect(settled.map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({ kind: 'retry' }),
      { kind: 'dead-letter', reason: 'last', error: new Error('last') },
    ]);
    expect(setup.counts()).toEqual(empty);
    const [dead] = setup.service.messages('dead');
    expect(dead.attributes['DeadLetterReason']?.stringValue).toBe('last');
    expect(dead.attributes['DeadLetterSource']?.stringValue).toBe('jobs');
    expect(setup.logger.at('error')).toEqual(['Task failed', 'Task failed']);
  });

  test('of a handler beats that of its queue, both ways', async () => {
    for (const [own, queue, reason] of [
      ['copy', 'sqs', 'failed'],
      ['sqs', 'copy', undefined],
    ] as const) {
      const setup = await memorySetup({ maxReceiveCount: 1 });
      const job = handlerOf(
        () => {
          throw new Error('failed');
        },
        { onExhausted: own },
      );
      const handlers = { job };
      await failing(setup, { onExhausted: queue }, undefined, { handlers });
      await setup.clock.advance(2_000);
      const [dead] = setup.service.messages('dead');
      expect(dead.attributes['DeadLetterReason']?.stringValue).toBe(reason);
    }
  });

  test('leaves the message to SQS where the copy is refused', async () => {
    const setup = await memorySetup({ maxReceiveCount: 1 });
    setup.service.beforeCall = (operation, queue) => {
      if (operation === 'SendMessageBatch' && queue.endsWith('/dead')) throw new Error('no right');
    };
    await failing(setup, { onExhausted: 'copy' });
    await setup.clock.advance(60_000);
    expect(setup.service.messages('jobs')).toEqual([]);
    const [dead] = setup.service.messages('dead');
    expect(dead.attributes['DeadLetterReason']).toBeUndefined();
  });

  test('copies nothing whose lease was lost: somebody else may have it', async () => {
    const setup = await memorySetup({
      maxReceiveCount: 1,
      attributes: { VisibilityTimeout: '30' },
    });
    setup.service.beforeCall = (operation) => {
      if (operation === 'ChangeMessageVisibilityBatch') throw new Error('no network');
    };
    await setup.send('job');
    const worker = setup.worker({
      consume: { onExhausted: 'copy' },
      handlers: {
        async job() {
          await new Promise<void>((resolve) => setup.clock.setTimer(resolve, 40_000));
          throw new Error('too late');
        },
      },
    });
    const settled = collect(worker, 'task:settled');
    worker.start();
    await setup.clock.advance(60_000);
    expect(settled[0]?.outcome).toMatchObject({ kind: 'dead-letter', movedBy: 'sqs' });
    setup.service.beforeCall = undefined;
    await setup.clock.advance(60_000);
    expect(setup.service.messages('dead')).toHaveLength(1);
    expect(setup.service.messages('dead')[0].attributes['DeadLetterReason']).toBeUndefined();
    await drained(setup, worker);
  });

  test('is warned of where no dead-letter queue is known', async () => {
    const setup = await memorySetup();
    const { worker } = await failing(setup, { onExhausted: 'copy', onError: discard() });
    expect(setup.logger.at('warn')).toEqual([
      expect.stringContaining("onExhausted: 'copy' has no effect here"),
    ]);
    await drained(setup, worker);
  });
});

describe('A FIFO head that is held', () => {
  test('counts its local retries, is copied with the last reason, and is told of as dead-lettered', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo', maxReceiveCount: 3 });
    const { settled } = await failing(setup, { onError: retry(constant(5)) });
    await setup.clock.advance(60_000);
    const outcomes = settled.map(({ outcome }) => outcome);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['retry', 'retry', 'dead-letter']);
    expect(outcomes[2]).not.toHaveProperty('movedBy');
    expect(settled.map(({ delivery }) => delivery.attempt)).toEqual([1, 2, 3]);
    const [dead] = setup.service.messages('dead.fifo');
    expect(dead.attributes['DeadLetterReason']?.stringValue).toBe('the bank does not answer');
  });

  test('is told of as discarded where maxAttempts ends it, with the last reason', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo' });
    const consume: ConsumeOptions = { onError: retry(constant(5)), maxAttempts: 2 };
    const { settled } = await failing(setup, consume);
    await setup.clock.advance(60_000);
    expect(settled.map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({ kind: 'retry' }),
      expect.objectContaining({
        kind: 'discard',
        reason: 'it failed 2 times, at last with: the bank does not answer',
      }),
    ]);
    expect(setup.counts()).toEqual(empty);
  });
});

type Next = { handle(): import('rxjs').Observable<Outcome> };

/** A worker with one task that fails, or ends as `errorOf` says. */
async function failing(
  setup: MemorySetup,
  consume: ConsumeOptions,
  errorOf: (delivery: TaskDelivery) => unknown = () => new Error('the bank does not answer'),
  own: Partial<WorkerUnderTest> = {},
) {
  await setup.send('job');
  const worker = setup.worker({
    consume,
    handlers: {
      job(_data, delivery) {
        const error = errorOf(delivery);
        if (error !== undefined) throw error;
      },
    },
    ...own,
  });
  const settled = collect(worker, 'task:settled');
  worker.start();
  return { worker, settled };
}

function never(): never {
  throw new Error('it never works');
}
