import {
  DEAD_LETTER_REASON,
  DEAD_LETTER_SOURCE,
  GatewayError,
  InvalidOptionsError,
  QueueNotFoundError,
  RedriveInterruptedError,
  type ReceivedMessage,
  type RedriveProgress,
} from '../../../lib/index.js';
import { closeApps } from '../support/memory-app.js';
import {
  bodiesIn,
  deadLetterAll,
  fill,
  numbered,
  operationsApp,
  whileTimePasses,
  type OperationsApp,
} from '../support/operations-app.js';

afterEach(closeApps);

const endsInThree = ({ body }: { body: string }) => body.endsWith('3');

/** Gives the second message another body. */
function mending(mended: string) {
  return ({ body }: { body: string }) => (body === 'm1' ? { body: mended } : undefined);
}

/** A dead letter as our own policies make it. */
function copy(queue: string) {
  return {
    body: `copy of ${queue}`,
    attributes: {
      [DEAD_LETTER_SOURCE]: { dataType: 'String', stringValue: queue },
      [DEAD_LETTER_REASON]: { dataType: 'String', stringValue: 'bad' },
    },
  };
}

const byHand = { way: 'receive-and-send' } as const;

/** Queue `jobs` with its dead letters in `dead`, all from one queue. */
async function appWithDead(count: number): Promise<OperationsApp> {
  const app = await operationsApp({
    queues: [{ name: 'jobs', deadLetter: { queue: 'dead', maxReceiveCount: 1 } }],
  });
  await app.queues.create('jobs');
  await fill(app, 'jobs', numbered(count));
  await deadLetterAll(app, 'jobs');
  expect(bodiesIn(app.service, 'dead')).toHaveLength(count);
  return app;
}

async function fifoApp(bodies: readonly string[], groupOf: (index: number) => string) {
  const app = await operationsApp({
    queues: [{ name: 'o.fifo', deadLetter: { queue: 'd.fifo', maxReceiveCount: 1 } }],
  });
  await app.queues.create('o.fifo');
  await fill(app, 'o.fifo', bodies, groupOf);
  await deadLetterAll(app, 'o.fifo');
  expect(bodiesIn(app.service, 'd.fifo')).toHaveLength(bodies.length);
  return app;
}

function redriven(
  app: OperationsApp,
  ...args: Parameters<OperationsApp['deadLetters']['redrive']>
) {
  return whileTimePasses(app.clock, app.deadLetters.redrive(...args));
}

function failing(app: OperationsApp, operation: string, fails: (call: number) => boolean) {
  let call = 0;
  app.service.beforeCall = (called) => {
    if (called !== operation || !fails(++call)) return;
    throw new GatewayError({ kind: 'access-denied', operation, detail: 'no' });
  };
}

async function receiveAll(app: OperationsApp, url: string): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = [];
  for (;;) {
    const some = await app.gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Of the first delete three handles are lost on the way. */
function losingDeletes(app: OperationsApp): void {
  const failure = { code: 'ReceiptHandleIsInvalid', message: 'old', senderFault: true };
  let deletes = 0;
  app.service.beforeCall = (operation, _queue, request) => {
    if (operation === 'DeleteMessageBatch' && ++deletes === 1) (request as string[]).length = 7;
  };
  app.service.afterCall = (operation, _queue, _request, answer) => {
    if (operation !== 'DeleteMessageBatch' || deletes > 1) return undefined;
    const lost = Array.from({ length: 3 }, () => ({ ok: false, failure }));
    return [...(answer as unknown[]), ...lost];
  };
}

/** One more dead letter of `jobs` at each of these times. */
function lateLetters(app: OperationsApp, atMs: readonly number[]): Promise<unknown> {
  const letters = atMs.map(async (ms, i) => {
    await new Promise<void>((resolve) => app.clock.setTimer(resolve, ms));
    const url = await app.gateway.getQueueUrl('dead');
    await app.gateway.sendBatch(url, [{ ...copy('jobs'), body: `late ${i}` }]);
  });
  return Promise.all(letters);
}

/** Nothing lost, nothing twice. */
function expectAll(app: OperationsApp, count: number): void {
  const all = [...bodiesIn(app.service, 'jobs'), ...bodiesIn(app.service, 'dead')];
  expect(all.toSorted()).toEqual(numbered(count).toSorted());
}

describe('SqsDeadLetters.redrive by receiving and sending', () => {
  test('brings all back with body, attributes, group and trace header, and tells how far it is', async () => {
    const app = await operationsApp({
      queues: [{ name: 'jobs', deadLetter: { queue: 'dead', maxReceiveCount: 1 } }],
    });
    await app.queues.create('jobs');
    const url = await app.gateway.getQueueUrl('jobs');
    const attributes = { kind: { dataType: 'String.x', stringValue: 'a' } };
    const extra = { groupId: 'tenant', traceHeader: 'Root=1-5e1b4151-5ac6c58dc39a2d1e0c0e2f1a' };
    await app.gateway.sendBatch(url, [{ body: 'one', attributes, ...extra }]);
    await fill(app, 'jobs', numbered(24));
    await deadLetterAll(app, 'jobs');
    const told: RedriveProgress[] = [];
    const onProgress = (progress: RedriveProgress) => void told.push(progress);
    expect(await redriven(app, 'dead', { ...byHand, onProgress })).toEqual({
      way: 'receive-and-send',
      movedCount: 25,
      toMoveCount: 25,
      skippedCount: 0,
      failedCount: 0,
      wasResumed: false,
      wasCancelled: false,
      failures: [],
      undeletedCount: 0,
      hiddenCount: 0,
    });
    expect(told[0]).toMatchObject({ movedCount: 0, toMoveCount: 25 });
    expect(told.at(-1)).toMatchObject({ movedCount: 25 });
    expect(bodiesIn(app.service, 'dead')).toEqual([]);
    const back = await receiveAll(app, url);
    expect(back.find(({ body }) => body === 'one')).toMatchObject({
      attributes,
      systemAttributes: { MessageGroupId: 'tenant', AWSTraceHeader: extra.traceHeader },
    });
  });

  test('moves only what a filter wants; the others are visible again right after', async () => {
    const app = await appWithDead(50);
    const filter = endsInThree;
    const report = await redriven(app, 'dead', { filter });
    expect(report).toMatchObject({ movedCount: 5, skippedCount: 45, hiddenCount: 0 });
    expect(bodiesIn(app.service, 'jobs').toSorted()).toEqual(['m13', 'm23', 'm3', 'm33', 'm43']);
    expect(await app.queues.stats('dead')).toMatchObject({ messageCount: 45, inFlightCount: 0 });
  });

  test('ends a look that outlasts the visibility of what it skipped', async () => {
    const app = await appWithDead(60);
    const filter = async () => {
      await app.clock.advance(0);
      return false;
    };
    // Each batch takes so long that what was skipped first is back before the last is seen.
    app.service.afterCall = (operation) => {
      if (operation === 'ReceiveMessage') app.clock.stall(4_000);
      return undefined;
    };
    const options = { filter, visibilityTimeoutSeconds: 10 };
    const report = await redriven(app, 'dead', options);
    expect(report.movedCount).toBe(0);
    expect(report.skippedCount).toBe(60);
    expectAll(app, 60);
  });

  test('edits messages on their way; what the edit leaves out stays', async () => {
    const app = await appWithDead(3);
    const edit = mending('mended');
    await redriven(app, 'dead', { edit });
    expect(bodiesIn(app.service, 'jobs').toSorted()).toEqual(['m0', 'm2', 'mended']);
  });

  test('leaves a message that SQS refuses, says why, and moves the others', async () => {
    const app = await appWithDead(12);
    const edit = mending('');
    const report = await redriven(app, 'dead', { edit });
    expect(report).toMatchObject({ movedCount: 11, failedCount: 1 });
    expect(report.failures).toMatchObject([{ messageId: expect.any(String) as string }]);
    expect(bodiesIn(app.service, 'dead')).toEqual(['m1']);
    expect(await app.queues.stats('dead')).toMatchObject({ messageCount: 1, inFlightCount: 0 });
  });

  test.each(['filter', 'edit'] as const)(
    'ends where the %s throws, and loses nothing',
    async (which) => {
      const app = await appWithDead(30);
      let seen = 0;
      const broken = () => {
        if (++seen === 15) throw new Error('a bug');
        return which === 'filter' ? true : undefined;
      };
      const error = await redriven(app, 'dead', { [which]: broken }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(RedriveInterruptedError);
      expect((error as Error).message).toContain('a bug');
      expectAll(app, 30);
      expect((await app.queues.stats('dead')).inFlightCount).toBe(0);
      await redriven(app, 'dead', byHand);
      expect(bodiesIn(app.service, 'jobs').toSorted()).toEqual(numbered(30).toSorted());
    },
  );

  test('goes to another queue where asked, with a delay', async () => {
    const app = await appWithDead(3);
    await app.queues.create('later');
    await redriven(app, 'dead', { to: 'later', delaySeconds: 60 });
    expect(await app.queues.stats('later')).toMatchObject({ delayedCount: 3 });
  });

  test('waits for dead letters that still come, until none has come for ten seconds', async () => {
    const app = await appWithDead(3);
    const start = app.clock.now();
    const late = lateLetters(app, [2_000, 11_000]);
    const report = await redriven(app, 'dead', { idleSeconds: 10 });
    await late;

    expect(report).toMatchObject({ movedCount: 5, way: 'receive-and-send', wasCancelled: false });
    expect(bodiesIn(app.service, 'dead')).toEqual([]);
    expect(app.clock.now() - start).toBeGreaterThanOrEqual(21_000);
    expect(app.clock.now() - start).toBeLessThan(23_000);
  });

  test('without an idle time ends at the first empty receive', async () => {
    const app = await appWithDead(3);
    void lateLetters(app, [2_000]);

    expect(await redriven(app, 'dead', byHand)).toMatchObject({ movedCount: 3 });
  });

  test('a wait for dead letters is cancelled at once', async () => {
    const app = await appWithDead(3);
    const cancel = new AbortController();
    app.clock.setTimer(() => cancel.abort(), 5_000);
    const { signal } = cancel;
    const start = app.clock.now();
    const report = await redriven(app, 'dead', { idleSeconds: 3_600, signal });

    expect(report).toMatchObject({ movedCount: 3, wasCancelled: true });
    expect(app.clock.now() - start).toBeLessThanOrEqual(6_000);
  });

  test('what a filter leaves out and meets again does not count as one that has come', async () => {
    const app = await appWithDead(30);
    const start = app.clock.now();
    const options = { filter: endsInThree, idleSeconds: 60, visibilityTimeoutSeconds: 10 };
    const report = await redriven(app, 'dead', options);

    expect(report).toMatchObject({ movedCount: 3, skippedCount: 27 });
    expect(app.clock.now() - start).toBeGreaterThanOrEqual(60_000);
    expect(app.clock.now() - start).toBeLessThan(75_000);
    expectAll(app, 30);
  });

  test('looks once a second where empty receives do not wait', async () => {
    const app = await appWithDead(1);
    let looks = 0;
    app.service.beforeCall = (operation) => void (operation === 'ReceiveMessage' && looks++);
    await redriven(app, 'dead', { idleSeconds: 10, waitTimeSeconds: 0 });

    expect(looks).toBeLessThanOrEqual(4 * 12);
  });

  test('keeps to a number of messages and to a rate', async () => {
    const app = await appWithDead(30);
    const start = app.clock.now();
    const report = await redriven(app, 'dead', { maxMessages: 21, maxMessagesPerSecond: 5 });
    expect(report.movedCount).toBe(21);
    expect(app.clock.now() - start).toBeGreaterThanOrEqual(3_000);
    expect(app.clock.now() - start).toBeLessThanOrEqual(6_000);
    expectAll(app, 30);
  });

  test('goes back to each queue that sent dead letters here, as SQS or a policy says', async () => {
    const deadLetter = { queue: 'dead', maxReceiveCount: 1 };
    const app = await operationsApp({
      queues: [
        { name: 'a', deadLetter },
        { name: 'b', deadLetter },
      ],
    });
    await app.queues.create('a');
    await app.queues.create('b');
    await app.queues.create('elsewhere');
    await fill(app, 'a', ['for a']);
    await fill(app, 'b', ['for b']);
    await deadLetterAll(app, 'a');
    await deadLetterAll(app, 'b');
    const url = await app.gateway.getQueueUrl('dead');
    // A message that names a queue whose dead letters do not come here chooses nothing.
    await app.gateway.sendBatch(url, [copy('b'), copy('elsewhere'), { body: 'from nowhere' }]);
    expect((await app.deadLetters.sources('dead')).map(({ name }) => name)).toEqual(['a', 'b']);
    const report = await redriven(app, 'dead', byHand);
    expect(report).toMatchObject({ movedCount: 3, failedCount: 2 });
    expect(report.failures.map(({ code }) => code)).toEqual(['UnknownSource', 'UnknownSource']);
    expect(bodiesIn(app.service, 'a')).toEqual(['for a']);
    expect(bodiesIn(app.service, 'b').toSorted()).toEqual(['copy of b', 'for b']);
    expect(bodiesIn(app.service, 'elsewhere')).toEqual([]);
    const moved = app.service.messages('b').find(({ body }) => body === 'copy of b');
    expect(moved?.attributes).toEqual({});
  });

  test('ends when it is cancelled, with everything in one queue or the other; again goes on', async () => {
    const app = await appWithDead(200);
    const stop = new AbortController();
    const onProgress = ({ movedCount }: RedriveProgress) => movedCount >= 50 && stop.abort();
    const first = await redriven(app, 'dead', { ...byHand, onProgress, signal: stop.signal });
    expect(first.wasCancelled).toBe(true);
    expect(first.movedCount).toBeLessThan(100);
    expectAll(app, 200);
    const second = await redriven(app, 'dead', byHand);
    expect(first.movedCount + second.movedCount).toBe(200);
    expect(bodiesIn(app.service, 'dead')).toEqual([]);
    expectAll(app, 200);
  });

  test('ends with an error that does not pass, and goes on when it is called again', async () => {
    const app = await appWithDead(100);
    failing(app, 'SendMessageBatch', (call) => call > 3);
    const error = await redriven(app, 'dead', byHand).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RedriveInterruptedError);
    expect(error).toMatchObject({
      queue: 'dead',
      progress: { movedCount: 30 },
    });
    expect((error as Error).cause).toMatchObject({ queue: 'jobs', action: 'sqs:SendMessage' });
    expectAll(app, 100);
    expect((await app.queues.stats('dead')).inFlightCount).toBe(0);
    app.service.beforeCall = undefined;
    expect((await redriven(app, 'dead', byHand)).movedCount).toBe(70);
    expectAll(app, 100);
  });

  test('goes on over faults of every call, and loses and doubles nothing', async () => {
    const app = await appWithDead(200);
    let calls = 0;
    const faulty = ['ReceiveMessage', 'SendMessageBatch', 'DeleteMessageBatch'];
    app.service.beforeCall = (operation) => {
      if (!faulty.includes(operation) || ++calls % 3 !== 0) return;
      throw new GatewayError({ kind: 'unavailable', operation, detail: 'down' });
    };
    expect(await redriven(app, 'dead', byHand)).toMatchObject({ movedCount: 200, failedCount: 0 });
    expectAll(app, 200);
  });

  test('repeats entries that SQS did not take, and gives up on a queue that takes none', async () => {
    const app = await appWithDead(20);
    let sends = 0;
    const refusal = { code: 'InternalError', message: 'try again', senderFault: false };
    const refuseAll = { value: false };
    app.service.afterCall = (operation, _queue, _request, answer) => {
      if (operation !== 'SendMessageBatch') return undefined;
      if (!refuseAll.value && ++sends > 1) return undefined;
      return (answer as unknown[]).map(() => ({ ok: false, failure: refusal }));
    };
    // The first request was taken, though its answer says otherwise: at least once.
    expect(await redriven(app, 'dead', byHand)).toMatchObject({ movedCount: 20 });
    expect(new Set(bodiesIn(app.service, 'jobs')).size).toBe(20);
    await app.queues.drain('jobs', { waitTimeSeconds: 0 });
    await fill(app, 'dead', ['x']);
    refuseAll.value = true;
    await expect(redriven(app, 'dead', byHand)).rejects.toThrow('were not taken in 4 attempts');
    expect(bodiesIn(app.service, 'dead')).toEqual(['x']);
  });

  test('sends nothing twice where a delete fails: it deletes when the message comes back', async () => {
    const app = await appWithDead(10);
    losingDeletes(app);
    const options = { ...byHand, visibilityTimeoutSeconds: 10, waitTimeSeconds: 20 };
    expect(await redriven(app, 'dead', options)).toMatchObject({
      movedCount: 10,
      undeletedCount: 0,
    });
    expectAll(app, 10);
  });

  test('tells how many may be moved twice, because their deletes failed and they did not come back', async () => {
    const app = await appWithDead(10);
    losingDeletes(app);
    expect(await redriven(app, 'dead', byHand)).toMatchObject({
      movedCount: 10,
      undeletedCount: 3,
    });
    expect(app.service.stats('dead').inflight).toBe(3);
  });

  test.each(['ListDeadLetterSourceQueues', 'GetQueueAttributes'] as const)(
    'does without the right to %s, by what the options say',
    async (denied) => {
      const app = await appWithDead(5);
      await fill(app, 'dead', ['copied here']);
      app.service.beforeCall = (operation) => {
        if (operation !== denied) return;
        throw new GatewayError({ kind: 'access-denied', operation, detail: 'no' });
      };
      const report = await redriven(app, 'dead', byHand);
      expect(report.movedCount).toBe(6);
      expect(report.toMoveCount).toBe(denied === 'GetQueueAttributes' ? undefined : 6);
    },
  );

  test('takes queues by URL and ARN, outside of the prefix too', async () => {
    const app = await operationsApp({ queuePrefix: 'shop-' });
    const url = await app.gateway.createQueue('theirs-dead');
    const target = await app.gateway.createQueue('theirs');
    const { QueueArn } = await app.gateway.getQueueAttributes(target);
    await fill(app, 'theirs-dead', numbered(3));
    await redriven(app, url, { ...byHand, to: QueueArn ?? '' });
    expect(bodiesIn(app.service, 'theirs').toSorted()).toEqual(numbered(3));
  });

  test('refuses what makes no sense before it asks SQS for anything', async () => {
    const app = await appWithDead(1);
    await app.queues.create('o.fifo');
    const { deadLetters } = app;
    await expect(deadLetters.redrive('dead', { to: 'dead' })).rejects.toThrow('another queue');
    await expect(deadLetters.redrive('dead', { to: 'o.fifo' })).rejects.toThrow('standard queue');
    await expect(deadLetters.redrive('dead', { maxMessagesPerSecond: 501 })).rejects.toThrow(
      'Expected maxMessagesPerSecond to be an integer from 1 to 500, got 501',
    );
    await expect(
      deadLetters.redrive('dead', { way: 'move-task', filter: () => true }),
    ).rejects.toThrow('a move task cannot follow filter');
    await expect(deadLetters.redrive('o.fifo', { delaySeconds: 1 })).rejects.toThrow(
      InvalidOptionsError,
    );
    await expect(deadLetters.redrive('nowhere')).rejects.toThrow(QueueNotFoundError);
    expect(bodiesIn(app.service, 'dead')).toEqual(['m0']);
  });
});

describe('SqsDeadLetters.redrive of a FIFO queue', () => {
  test('brings messages back within the five minutes of their first deduplication id, in order', async () => {
    const app = await fifoApp(numbered(24), (i) => `g${i % 3}`);
    const sends = vi.spyOn(app.gateway, 'sendBatch');
    const dead = app.service.messages('d.fifo').map(({ deduplicationId }) => deduplicationId);
    const report = await redriven(app, 'd.fifo', byHand);
    expect(report.movedCount).toBe(24);
    const ids = sends.mock.calls.flatMap(([, entries]) =>
      entries.map((one) => one.deduplicationId),
    );
    expect(new Set(ids).size).toBe(24);
    expect(ids.filter((id) => id === undefined || dead.includes(id))).toEqual([]);
    const back = app.service.messages('o.fifo');
    expect(back).toHaveLength(24);
    for (const group of ['g0', 'g1', 'g2']) {
      const order = back.filter(({ groupId }) => groupId === group).map(({ body }) => body);
      expect(order).toEqual(numbered(24).filter((_, i) => `g${i % 3}` === group));
    }
    expect(app.clock.now()).toBeLessThan(300_000);
  });

  test('a second failure within five minutes comes back once more', async () => {
    const app = await fifoApp(['x'], () => 'g');
    for (let round = 0; round < 3; round++) {
      await redriven(app, 'd.fifo', byHand);
      expect(bodiesIn(app.service, 'o.fifo')).toEqual(['x']);
      await deadLetterAll(app, 'o.fifo');
      expect(bodiesIn(app.service, 'd.fifo')).toEqual(['x']);
    }
    expect(app.clock.now()).toBeLessThan(300_000);
  });

  test('a send whose answer was lost arrives once', async () => {
    const app = await fifoApp(numbered(5), () => 'g');
    let isLost = false;
    app.service.afterCall = (operation) => {
      if (operation !== 'SendMessageBatch' || isLost) return undefined;
      isLost = true;
      throw new GatewayError({ kind: 'timeout', operation, detail: 'no answer' });
    };
    expect(await redriven(app, 'd.fifo', byHand)).toMatchObject({ movedCount: 5 });
    expect(bodiesIn(app.service, 'o.fifo')).toEqual(numbered(5));
  });

  test('what follows a message that was refused stays behind it', async () => {
    const app = await fifoApp(numbered(6), (i) => (i < 4 ? 'a' : 'b'));
    const edit = mending('');
    const report = await redriven(app, 'd.fifo', { edit });
    expect(report).toMatchObject({ movedCount: 3, failedCount: 1 });
    expect(bodiesIn(app.service, 'o.fifo').toSorted()).toEqual(['m0', 'm4', 'm5']);
    expect(bodiesIn(app.service, 'd.fifo')).toEqual(['m1', 'm2', 'm3']);
    await redriven(app, 'd.fifo', byHand);
    const group = app.service.messages('o.fifo').filter(({ groupId }) => groupId === 'a');
    expect(group.map(({ body }) => body)).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  test('SQS does it by itself too', async () => {
    const app = await fifoApp(numbered(5), () => 'g');
    expect(await redriven(app, 'd.fifo')).toMatchObject({ way: 'move-task', movedCount: 5 });
    expect(bodiesIn(app.service, 'o.fifo')).toEqual(numbered(5));
  });
});
