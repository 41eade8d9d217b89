import { constant } from '../../lib/consumer/retry/backoff.js';
import { crash, deadLetter, discard, retry } from '../../lib/consumer/retry/policies.js';
import { controlError } from '../support/control-errors.js';
import { collect, drained, memorySetup } from '../support/memory.js';
import { handlerOf, type Handle } from '../support/worker.js';

const empty = { visible: 0, inFlight: 0, delayed: 0 };

describe('How a delivery ends', () => {
  test('deletes the message of a handler that returns', async () => {
    const setup = await memorySetup();
    await setup.send('ok');
    const worker = setup.worker({ handlers: { ok: () => 'done' } });
    const settled = collect(worker, 'task:settled');
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    expect(settled.map(({ outcome }) => outcome)).toEqual([{ kind: 'success', value: 'done' }]);
    await drained(setup, worker);
  });

  test('deletes what its format ignores, and runs nothing', async () => {
    const setup = await memorySetup();
    await setup.gateway.sendBatch(setup.queueUrl, [{ body: '{"pattern":"ok","ignore":true}' }]);
    let runs = 0;
    const worker = setup.worker({ handlers: { ok: () => void runs++ } });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    expect(runs).toBe(0);
    await drained(setup, worker);
  });

  test('keeps the message of a handler that throws, and runs it again after the back-off', async () => {
    const setup = await memorySetup();
    await setup.send('flaky');
    const attempts: number[] = [];
    const worker = setup.worker({
      consume: { onError: retry(constant(7)) },
      handlers: {
        flaky(_data, delivery) {
          attempts.push(setup.clock.now());
          if (delivery.attempt < 3) throw new Error('not yet');
        },
      },
    });
    worker.start();
    await setup.clock.advance(5_000);
    expect(attempts).toHaveLength(1);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    await setup.clock.advance(20_000);
    expect(attempts).toHaveLength(3);
    expect(attempts[1] - attempts[0]).toBeGreaterThanOrEqual(7_000);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test.each([
    ['a rejected undefined', () => Promise.reject(undefined)],
    ['a thrown string', () => Promise.reject('text')],
    [
      'a synchronous throw',
      () => {
        throw new Error('at once');
      },
    ],
    [
      'a frozen error',
      () => {
        throw Object.freeze(new Error('frozen'));
      },
    ],
  ] as [string, Handle][])('retries after %s', async (_name, handle) => {
    const setup = await memorySetup({ maxReceiveCount: 2 });
    await setup.send('poison');
    await setup.send('fine');
    let fine = 0;
    const worker = setup.worker({
      consume: { onError: retry(constant(1)) },
      handlers: { poison: handle, fine: () => void fine++ },
    });
    worker.start();
    await setup.clock.advance(10_000);
    expect(fine).toBe(1);
    expect(setup.service.messages(setup.dead)).toHaveLength(1);
    await drained(setup, worker);
  });

  test('a handler that asks for a retry chooses its delay, and no error is logged', async () => {
    const setup = await memorySetup();
    await setup.send('later');
    const at: number[] = [];
    const worker = setup.worker({
      handlers: {
        later(_data, delivery) {
          at.push(setup.clock.now());
          if (delivery.attempt === 1) throw controlError({ kind: 'retry', delaySeconds: 42 });
        },
      },
    });
    worker.start();
    await setup.clock.advance(60_000);
    expect(at).toHaveLength(2);
    expect(at[1] - at[0]).toBeGreaterThanOrEqual(42_000);
    expect(setup.logger.at('error')).toEqual([]);
    await drained(setup, worker);
  });

  test('a discarded task is deleted and its payload logged', async () => {
    const setup = await memorySetup();
    await setup.sendBody('{"pattern":"junk","data":1}');
    const worker = setup.worker({
      handlers: {
        junk() {
          throw controlError({ kind: 'discard', reason: 'not wanted' });
        },
      },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    expect(setup.logger.at('payload')).toEqual(['{"pattern":"junk","data":1}']);
    await drained(setup, worker);
  });

  test('a dead-lettered task lies in the dead-letter queue with its reason, and is gone from its own', async () => {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    await setup.send('broken', { n: 1 });
    const worker = setup.worker({
      handlers: {
        broken() {
          throw controlError({ kind: 'dead-letter', reason: 'cannot ever work' });
        },
      },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    const [dead] = setup.service.messages(setup.dead);
    expect(JSON.parse(dead.body)).toEqual({ pattern: 'broken', data: { n: 1 } });
    expect(dead.attributes['DeadLetterReason']?.stringValue).toBe('cannot ever work');
    expect(dead.attributes['DeadLetterSource']?.stringValue).toBe('jobs');
    await drained(setup, worker);
  });

  test('dead-lettering without a dead-letter queue retries, and says so once', async () => {
    const setup = await memorySetup();
    await setup.send('broken');
    const worker = setup.worker({
      handlers: {
        broken() {
          throw controlError({ kind: 'dead-letter', reason: 'cannot ever work' });
        },
      },
    });
    worker.start();
    await setup.clock.advance(100_000);
    expect(setup.service.messages('jobs')).toHaveLength(1);
    const said = setup.logger.at('error').filter((line) => line.includes('no dead-letter queue'));
    expect(said).toHaveLength(1);
    await drained(setup, worker);
  });

  test('a dead-letter queue that refuses the copy leaves the message to be retried', async () => {
    const setup = await memorySetup({ maxReceiveCount: 100 });
    await setup.send('broken');
    setup.service.beforeCall = (operation, queue) => {
      if (operation === 'SendMessageBatch' && queue.endsWith('/dead')) throw new Error('no right');
    };
    const worker = setup.worker({
      consume: { onError: deadLetter() },
      handlers: { broken: fails },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.service.messages('jobs')).toHaveLength(1);
    setup.service.beforeCall = undefined;
    await setup.clock.advance(60_000);
    expect(setup.service.messages('jobs')).toHaveLength(0);
    expect(setup.service.messages('dead')).toHaveLength(1);
    await drained(setup, worker);
  });

  test('deadLetter() on a queue without a dead-letter queue fails at start', async () => {
    const setup = await memorySetup();
    expect(() => setup.worker({ consume: { onError: deadLetter() } })).toThrow(
      'Expected a dead-letter queue for onError: deadLetter() of the worker, got none',
    );
    const handler = handlerOf(fails, { onInvalidMessage: deadLetter() });
    expect(() => setup.worker({ handlers: { strict: handler } })).toThrow(
      'onInvalidMessage: deadLetter() of Test.handler',
    );
  });

  test('discard() as onError deletes what failed', async () => {
    const setup = await memorySetup();
    await setup.send('broken');
    const worker = setup.worker({ consume: { onError: discard() }, handlers: { broken: fails } });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    expect(setup.logger.at('payload')).toHaveLength(1);
    await drained(setup, worker);
  });

  test("a handler's own policy beats the worker's", async () => {
    const setup = await memorySetup();
    await setup.send('strict');
    const worker = setup.worker({
      consume: { onError: retry() },
      handlers: { strict: handlerOf(fails, { onError: discard() }) },
    });
    worker.start();
    await setup.clock.advance(1_000);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test('crash() gives the message back, drains the others and tells why', async () => {
    const setup = await memorySetup();
    await setup.send('slow');
    await setup.send('fatal');
    const worker = setup.worker({
      consume: { onError: crash() },
      handlers: {
        slow: () => new Promise<void>((resolve) => setup.clock.setTimer(resolve, 2_000)),
        fatal: fails,
      },
    });
    worker.start();
    await setup.clock.advance(5_000);
    const end = await worker.ended;
    expect(end).toMatchObject({ reason: 'fatal', error: new Error('failed'), unfinishedCount: 0 });
    expect(setup.service.messages('jobs').map(({ state }) => state)).toEqual(['visible']);
  });

  test('a task that nothing handles is logged, kept, and holds up nobody', async () => {
    const setup = await memorySetup();
    await setup.send('nobody');
    await setup.send('known');
    let known = 0;
    const worker = setup.worker({ handlers: { known: () => void known++ } });
    worker.start();
    await setup.clock.advance(500);
    expect(known).toBe(1);
    expect(setup.service.messages('jobs')).toHaveLength(1);
    expect(setup.logger.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        fields: expect.objectContaining({ task: 'nobody' }),
      }),
    );
    await drained(setup, worker);
  });

  test('onUnknownTask decides about a task that nothing handles', async () => {
    const setup = await memorySetup();
    await setup.send('nobody');
    const worker = setup.worker({ consume: { onUnknownTask: discard() } });
    worker.start();
    await setup.clock.advance(500);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test.each(['x', '[]', 'null', '{}'])(
    'a body %s is logged and kept, and the next message runs',
    async (body) => {
      const setup = await memorySetup();
      await setup.sendBody(body);
      await setup.send('good');
      let good = 0;
      const worker = setup.worker({
        consume: { onInvalidMessage: retry(constant(10)) },
        handlers: { good: () => void good++ },
      });
      worker.start();
      await setup.clock.advance(500);
      expect(good).toBe(1);
      expect(setup.service.messages('jobs').map((message) => message.body)).toEqual([body]);
      expect(setup.logger.at('error')).toHaveLength(1);
      await drained(setup, worker);
    },
  );

  test('data that does not fit its schema falls under onInvalidMessage', async () => {
    const setup = await memorySetup({ maxReceiveCount: 3 });
    await setup.send('typed', 'wrong');
    const worker = setup.worker({
      consume: { onInvalidMessage: deadLetter(), onError: crash() },
      handlers: {
        typed: {
          ...handlerOf(() => {
            throw new Error('it must not run');
          }),
          check: () => ({ issues: ['a number was expected'] }),
        },
      },
    });
    worker.start();
    await setup.clock.advance(500);
    const [dead] = setup.service.messages('dead');
    expect(dead.attributes['DeadLetterReason']?.stringValue).toMatch(/a number was expected/);
    expect(worker.status().phase).toBe('running');
    await drained(setup, worker);
  });

  test('a request that nobody waits for any more is not run', async () => {
    const setup = await memorySetup();
    const expiresAt = setup.clock.wallNow() - 1;
    await setup.sendBody(JSON.stringify({ pattern: 'ask', data: null, expiresAt }));
    let runs = 0;
    const worker = setup.worker({ handlers: { ask: () => void runs++ } });
    worker.start();
    await setup.clock.advance(500);
    expect(runs).toBe(0);
    expect(setup.counts()).toEqual(empty);
    await drained(setup, worker);
  });

  test("ack: 'before' never runs a task twice, also where it fails", async () => {
    const setup = await memorySetup();
    await setup.send('once');
    let runs = 0;
    const worker = setup.worker({
      consume: { ack: 'before' },
      handlers: {
        once() {
          runs++;
          expect(setup.counts()).toEqual(empty);
          throw new Error('failed');
        },
      },
    });
    worker.start();
    await setup.clock.advance(120_000);
    expect(runs).toBe(1);
    expect(setup.logger.at('payload')).toHaveLength(1);
    await drained(setup, worker);
  });

  test("ack: 'manual' deletes what was acked and retries what was not", async () => {
    const setup = await memorySetup();
    await setup.send('acked');
    await setup.send('forgotten');
    const runs: string[] = [];
    const worker = setup.worker({
      consume: { ack: 'manual', onError: retry(constant(5)) },
      handlers: {
        acked(_data, delivery) {
          runs.push('acked');
          delivery.ack();
        },
        forgotten: () => void runs.push('forgotten'),
      },
    });
    worker.start();
    await setup.clock.advance(12_000);
    expect(runs.filter((name) => name === 'acked')).toHaveLength(1);
    expect(runs.filter((name) => name === 'forgotten').length).toBeGreaterThan(1);
    expect(setup.service.messages('jobs')).toHaveLength(1);
    await drained(setup, worker);
  });

  test('a back-off that throws leaves the message to its visibility timeout', async () => {
    const setup = await memorySetup();
    await setup.send('flaky');
    let runs = 0;
    const worker = setup.worker({
      consume: {
        onError: retry(() => {
          throw new Error('bad back-off');
        }),
      },
      handlers: {
        flaky() {
          if (++runs === 1) throw new Error('once');
        },
      },
    });
    worker.start();
    await setup.clock.advance(29_000);
    expect(runs).toBe(1);
    await setup.clock.advance(5_000);
    expect(runs).toBe(2);
    await drained(setup, worker);
  });

  test('every task is told of once: received, and how it ended', async () => {
    const setup = await memorySetup();
    await setup.send('good');
    await setup.send('bad');
    const worker = setup.worker({
      consume: { onError: retry(constant(10)) },
      handlers: { good: () => {}, bad: fails },
    });
    worker.start();
    await setup.clock.advance(500);
    const of = (message: string) => setup.logger.lines.filter((line) => line.message === message);
    expect(of('Received task')).toHaveLength(2);
    expect(of('Completed task')).toEqual([
      expect.objectContaining({
        level: 'log',
        fields: {
          queue: 'jobs',
          task: 'good',
          messageId: expect.any(String),
          receiveCount: 1,
          durationMs: 0,
        },
      }),
    ]);
    expect(of('Task failed')).toEqual([
      expect.objectContaining({
        level: 'error',
        error: new Error('failed'),
        fields: expect.objectContaining({ task: 'bad', outcome: 'retry', reason: 'failed' }),
      }),
    ]);
    await drained(setup, worker);
  });
});

function fails(): never {
  throw new Error('failed');
}
