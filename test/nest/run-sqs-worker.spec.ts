import { Injectable, Module } from '@nestjs/common';
import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { runSqsWorker, sqsWorker } from '../../lib/nest/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { ManualClock, settlePromises } from '../../lib/primitives/manual-clock.js';
import { fakeParts } from './support/fake-parts.js';
import { fakeProcess } from './support/fake-process.js';
import { RecordingLogger } from './support/recording-logger.js';
import { testingModule } from './support/start-worker.js';

const order: string[] = [];

@Injectable()
class Database {
  onModuleDestroy(): void {
    order.push('destroy');
  }
}

type Kind = 'microservice' | 'hybrid' | 'web';

async function setup(kind: Kind = 'microservice') {
  order.length = 0;
  const parts = fakeParts();
  const testing = await testingModule({ parts, providers: [Database] }).compile();
  const app = appOf(kind, testing);
  const host = fakeProcess();
  const run = runSqsWorker(app, { queues: ['emails'] }, host);
  await settlePromises();
  const { engine } = parts;
  engine.whileDraining = async () => void order.push('drain');
  return { app, parts, engine, host, run };
}

function appOf(
  kind: Kind,
  testing: Awaited<ReturnType<ReturnType<typeof testingModule>['compile']>>,
): INestMicroservice | INestApplication {
  const worker = sqsWorker({ queues: ['emails'] });
  if (kind === 'microservice') return testing.createNestMicroservice(worker);
  const app = testing.createNestApplication();
  if (kind === 'hybrid') app.connectMicroservice(worker, { inheritAppConfig: true });
  return app;
}

describe('runSqsWorker', () => {
  test.each(['microservice', 'hybrid', 'web'] as const)(
    'drains a %s app before any provider is destroyed, when a signal comes',
    async (kind) => {
      const { engine, host, run } = await setup(kind);
      expect(engine.calls).toEqual(['start']);
      host.signal('SIGTERM');
      expect(await run).toEqual({ reason: 'drained', signal: 'SIGTERM', unfinishedCount: 0 });
      expect(order).toEqual(['drain', 'destroy']);
      expect(host.exits).toEqual([]);
      expect(host.listenerCount()).toBe(0);
    },
  );

  test('takes the signals from Nest', async () => {
    const before = process.listenerCount('SIGTERM');
    const parts = fakeParts();
    const testing = await testingModule({ parts }).compile();
    const app = testing.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
    app.enableShutdownHooks();
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    const host = fakeProcess();
    const run = runSqsWorker(app, {}, host);
    await settlePromises();
    expect(process.listenerCount('SIGTERM')).toBe(before);
    host.signal('SIGINT');
    await run;
  });

  test('ends when a stop policy has ended the worker', async () => {
    const { engine, host, run } = await setup();
    engine.finish({ reason: 'stop-policy', unfinishedCount: 0 });
    expect(await run).toEqual({ reason: 'stop-policy', unfinishedCount: 0 });
    expect(order).toEqual(['drain', 'destroy']);
    expect(host.listenerCount()).toBe(0);
  });

  test('rejects with a fatal error, after everything has closed, and sets exit code 1', async () => {
    const { engine, host, run } = await setup();
    const error = new Error('cannot go on');
    engine.finish({ reason: 'fatal', error, unfinishedCount: 0 });
    await expect(run).rejects.toBe(error);
    expect(order).toEqual(['drain', 'destroy']);
    expect(host.exitCodes).toEqual([1]);
    expect(host.listenerCount()).toBe(0);
  });

  test('exits at the drain deadline where a handler did not end, so that it cannot run on', async () => {
    const { engine, host, run } = await setup();
    engine.finish({ reason: 'drained', unfinishedCount: 2 });
    host.signal('SIGTERM');
    expect(await run).toMatchObject({ unfinishedCount: 2 });
    expect(host.exits).toEqual([143]);
  });

  test('aborts at the second signal and exits within a second, whatever hangs', async () => {
    const { engine, host, run } = await setup();
    engine.whileDraining = () => new Promise(() => {});
    host.signal('SIGTERM');
    await settlePromises();
    host.signal('SIGINT');
    await settlePromises();
    expect(engine.calls).toEqual(['start', 'drain', 'abort']);
    expect(host.exits).toEqual([]);
    await host.clock.advance(999);
    expect(host.exits).toEqual([130]);
    expect(await run).toMatchObject({ reason: 'aborted', signal: 'SIGINT' });
    expect(host.clock.pendingTimers).toBe(0);
    expect(host.listenerCount()).toBe(0);
  });

  test('exits at once after the second signal, where nothing hangs', async () => {
    const { engine, host, run } = await setup();
    const draining = deferred();
    engine.whileDraining = () => draining.promise;
    engine.abort = async () => {
      engine.finish({ reason: 'aborted', unfinishedCount: 1 });
      draining.resolve();
    };
    host.signal('SIGINT');
    host.signal('SIGINT');
    await run;
    await settlePromises();
    expect(host.exits).toEqual([130]);
    expect(host.clock.pendingTimers).toBe(0);
  });

  test('tells the drain which signal asked for it', async () => {
    const { engine, host, run } = await setup();
    host.signal('SIGTERM');
    await run;
    expect(engine.drainOptions).toEqual({ exiting: true, because: 'SIGTERM' });
  });

  test.each(['microservice', 'hybrid'] as const)(
    'gives up the start of a %s app that hangs, at the first signal',
    async (kind) => {
      const clock = new ManualClock();
      const parts = Object.assign(fakeParts(), { openQueues: never, clock });
      const testing = await testingModule({ parts, providers: [Database] }).compile();
      const app = appOf(kind, testing);
      const host = fakeProcess();
      const run = runSqsWorker(app, {}, host);
      await settlePromises();
      host.signal('SIGTERM');
      await settlePromises();
      await clock.advance(1_000);
      expect(await run).toEqual({ reason: 'drained', signal: 'SIGTERM', unfinishedCount: 0 });
      expect(host.exits).toEqual([]);
      expect(host.listenerCount()).toBe(0);
    },
  );

  test('exits at a signal that comes before there is an app', async () => {
    const stuck = { provide: 'stuck', useFactory: never };
    @Module({ providers: [stuck] })
    class Stuck {}
    const host = fakeProcess();
    const run = runSqsWorker(Stuck, {}, host);
    await settlePromises();
    host.signal('SIGINT');
    await run;
    expect(host.exits).toEqual([130]);
    expect(host.listenerCount()).toBe(0);
  });

  test('exits where a shutdown hook of the app never returns, and says so', async () => {
    @Injectable()
    class Hanging {
      onModuleDestroy = never;
    }
    const parts = fakeParts();
    const logger = new RecordingLogger();
    const testing = await testingModule({ parts, logger, providers: [Hanging] }).compile();
    const host = fakeProcess();
    const app = testing.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
    const run = runSqsWorker(app, {}, host);
    await settlePromises();
    host.signal('SIGTERM');
    await host.clock.advance(14_999);
    expect(host.exits).toEqual([]);
    await host.clock.advance(1);
    await run;
    expect(host.exits).toEqual([143]);
    expect(JSON.stringify(logger.of('SqsWorker'))).toContain('The app did not close in time');
    expect(parts.calls.at(-1)).toBe('give up');
  });

  test('says that it exits although not everything has ended, after a second signal', async () => {
    const parts = fakeParts();
    const logger = new RecordingLogger();
    const testing = await testingModule({ parts, logger }).compile();
    const host = fakeProcess();
    const app = testing.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
    const run = runSqsWorker(app, {}, host);
    await settlePromises();
    parts.engine.whileDraining = never;
    host.signal('SIGTERM');
    host.signal('SIGTERM');
    await host.clock.advance(1_000);
    await run;
    expect(host.exits).toEqual([143]);
    expect(JSON.stringify(logger.of('SqsWorker'))).toContain(
      'The process exits although not everything has ended',
    );
    expect(parts.calls.at(-1)).toBe('give up');
  });

  test('rejects where the start fails, and leaves no listener', async () => {
    const parts = fakeParts({ missing: ['emails'] });
    const testing = await testingModule({ parts }).compile();
    const app = testing.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
    const host = fakeProcess();
    await expect(runSqsWorker(app, {}, host)).rejects.toThrow('Queue "emails" was not found');
    expect(parts.calls).toContain('close queues');
    expect(host.listenerCount()).toBe(0);
  });
});

function never(): Promise<never> {
  return new Promise(() => {});
}
