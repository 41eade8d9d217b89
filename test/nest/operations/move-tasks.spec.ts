import {
  GatewayError,
  MoveTaskRefusedError,
  MoveTaskRunningError,
  QueueAccessDeniedError,
  type GatewayErrorKind,
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

async function appWithDead(count: number): Promise<OperationsApp> {
  const app = await operationsApp({
    queues: [{ name: 'jobs', deadLetter: { queue: 'dead', maxReceiveCount: 1 } }],
  });
  await app.queues.create('jobs');
  await fill(app, 'jobs', numbered(count));
  await deadLetterAll(app, 'jobs');
  return app;
}

function refuse(app: OperationsApp, operation: string, kind: GatewayErrorKind): void {
  app.service.beforeCall = (called) => {
    if (called !== operation) return;
    throw new GatewayError({ kind, operation, detail: 'not here' });
  };
}

describe('SqsDeadLetters.redrive by a move task', () => {
  test('lets SQS move all, at the rate asked for, and tells how far it is', async () => {
    const app = await appWithDead(100);
    const told: RedriveProgress[] = [];
    const start = app.clock.now();
    const redrive = app.deadLetters.redrive('dead', {
      maxMessagesPerSecond: 10,
      onProgress: (progress) => void told.push(progress),
    });
    expect(await whileTimePasses(app.clock, redrive)).toMatchObject({
      way: 'move-task',
      movedCount: 100,
      toMoveCount: 100,
      wasResumed: false,
      wasCancelled: false,
    });
    expect(app.clock.now() - start).toBeGreaterThanOrEqual(10_000);
    const counts = told.map(({ movedCount }) => movedCount);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(new Set(counts).size).toBeGreaterThan(8);
    expect(bodiesIn(app.service, 'jobs').toSorted()).toEqual(numbered(100).toSorted());
    expect(app.service.calls.of('ReceiveMessage', 'dead')).toBe(0);
  });

  test('cancels it, and goes on with the rest when it is called again', async () => {
    const app = await appWithDead(100);
    const stop = new AbortController();
    const first = await whileTimePasses(
      app.clock,
      app.deadLetters.redrive('dead', {
        maxMessagesPerSecond: 10,
        signal: stop.signal,
        onProgress: ({ movedCount }) => movedCount >= 30 && stop.abort(),
      }),
    );
    expect(first).toMatchObject({ wasCancelled: true });
    expect(first.movedCount).toBeLessThan(50);
    const second = await whileTimePasses(app.clock, app.deadLetters.redrive('dead'));
    expect(first.movedCount + second.movedCount).toBe(100);
    expect((await app.deadLetters.moveTasks('dead')).map(({ status }) => status)).toEqual([
      'COMPLETED',
      'CANCELLED',
    ]);
  });

  test('follows a task that runs already, to its end', async () => {
    const app = await appWithDead(50);
    const { raw } = await app.queues.stats('dead');
    const sourceArn = raw['QueueArn'] ?? '';
    await app.gateway.startMoveTask({ sourceArn, maxMessagesPerSecond: 5 });
    const redrive = app.deadLetters.redrive('dead');
    expect(await whileTimePasses(app.clock, redrive)).toMatchObject({
      wasResumed: true,
      movedCount: 50,
    });
    expect(app.service.calls.of('StartMessageMoveTask')).toBe(1);
  });

  test('follows one that another started in the same moment', async () => {
    const app = await appWithDead(20);
    const { raw } = await app.queues.stats('dead');
    const sourceArn = raw['QueueArn'] ?? '';
    let isFirst = true;
    app.service.beforeCall = async (operation) => {
      if (operation !== 'StartMessageMoveTask' || !isFirst) return;
      isFirst = false;
      await app.gateway.startMoveTask({ sourceArn, maxMessagesPerSecond: 5 });
    };
    const redrive = app.deadLetters.redrive('dead');
    expect(await whileTimePasses(app.clock, redrive)).toMatchObject({
      way: 'move-task',
      wasResumed: true,
      movedCount: 20,
    });
  });

  test('does not mix with a task that runs to somewhere else', async () => {
    const app = await appWithDead(20);
    await app.queues.create('other');
    const first = app.deadLetters.redrive('dead', { to: 'other', maxMessagesPerSecond: 1 });
    await app.clock.advance(2_000);
    const error = await app.deadLetters.redrive('dead').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MoveTaskRunningError);
    expect((error as Error).message).toContain('runs to "other"');
    expect(await app.deadLetters.cancelMoveTask('dead')).toBeLessThan(5);
    expect(await whileTimePasses(app.clock, first)).toMatchObject({ wasCancelled: true });
    expect(await app.deadLetters.cancelMoveTask('dead')).toBeUndefined();
  });

  test('is not mistaken for an earlier one where SQS lists it late', async () => {
    const app = await appWithDead(20);
    await whileTimePasses(app.clock, app.deadLetters.redrive('dead'));
    await app.clock.advance(1_000);
    await deadLetterAll(app, 'jobs');
    let isLate = true;
    app.service.afterCall = (operation, _queue, _request, answer) => {
      if (operation !== 'ListMessageMoveTasks') return undefined;
      const tasks = answer as unknown[];
      if (tasks.length < 2 || !isLate) return undefined;
      isLate = false;
      return tasks.slice(1);
    };
    const redrive = app.deadLetters.redrive('dead', { maxMessagesPerSecond: 10 });
    expect(await whileTimePasses(app.clock, redrive)).toMatchObject({ movedCount: 20 });
    expect(bodiesIn(app.service, 'jobs')).toHaveLength(20);
  });

  test('has nothing to do where nothing is dead, and where it was cancelled before', async () => {
    const app = await appWithDead(0);
    const empty = app.deadLetters.redrive('dead');
    expect(await whileTimePasses(app.clock, empty)).toMatchObject({ movedCount: 0 });
    const signal = AbortSignal.abort();
    const none = app.deadLetters.redrive('dead', { signal });
    expect(await whileTimePasses(app.clock, none)).toMatchObject({ wasCancelled: true });
    expect(app.service.calls.of('StartMessageMoveTask')).toBe(1);
  });

  test.each(['unsupported', 'invalid-request'] as const)(
    'receives and sends where move tasks are %s',
    async (kind) => {
      const app = await appWithDead(20);
      refuse(app, 'StartMessageMoveTask', kind);
      const redrive = app.deadLetters.redrive('dead');
      expect(await whileTimePasses(app.clock, redrive)).toMatchObject({
        way: 'receive-and-send',
        movedCount: 20,
      });
      const asked = app.deadLetters.redrive('dead', { way: 'move-task' });
      await expect(whileTimePasses(app.clock, asked)).rejects.toThrow(MoveTaskRefusedError);
    },
  );

  test('receives and sends what a move task does not know the source of', async () => {
    const app = await appWithDead(5);
    await fill(app, 'dead', ['copied here']);
    expect(await whileTimePasses(app.clock, app.deadLetters.redrive('dead'))).toMatchObject({
      way: 'receive-and-send',
      movedCount: 6,
      toMoveCount: 6,
    });
    expect(bodiesIn(app.service, 'jobs')).toHaveLength(6);
  });

  test('tells where SQS ends a task early', async () => {
    const app = await appWithDead(5);
    await fill(app, 'dead', ['copied here']);
    const redrive = app.deadLetters.redrive('dead', { way: 'move-task' });
    const error = await whileTimePasses(app.clock, redrive).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MoveTaskRefusedError);
    expect(error).toMatchObject({ reason: 'CouldNotDetermineMessageSource', movedCount: 5 });
  });

  test('says which right is missing', async () => {
    const app = await appWithDead(5);
    refuse(app, 'StartMessageMoveTask', 'access-denied');
    const redrive = app.deadLetters.redrive('dead');
    const error = await whileTimePasses(app.clock, redrive).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueueAccessDeniedError);
    expect(error).toMatchObject({ queue: 'dead', action: 'sqs:StartMessageMoveTask' });
  });

  test('ends the task where nobody listens any more', async () => {
    const app = await appWithDead(50);
    const redrive = app.deadLetters.redrive('dead', {
      maxMessagesPerSecond: 5,
      onProgress({ movedCount }) {
        if (movedCount > 5) throw new Error('the screen is gone');
      },
    });
    await expect(whileTimePasses(app.clock, redrive)).rejects.toThrow('the screen is gone');
    expect(await app.deadLetters.moveTasks('dead')).toMatchObject([{ status: 'CANCELLED' }]);
  });

  test('looks again where a look fails for a passing reason', async () => {
    const app = await appWithDead(20);
    let looks = 0;
    app.service.beforeCall = (operation) => {
      if (operation !== 'ListMessageMoveTasks' || ++looks % 2 === 1) return;
      throw new GatewayError({ kind: 'throttled', operation, detail: 'slow down' });
    };
    const redrive = app.deadLetters.redrive('dead', { maxMessagesPerSecond: 5 });
    expect(await whileTimePasses(app.clock, redrive)).toMatchObject({ movedCount: 20 });
  });
});
