import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { InvalidOptionsError } from '../../lib/contracts/index.js';
import {
  getSqsQueueToken,
  InjectSqsQueue,
  SqsModule,
  SqsProducer,
  SqsQueue,
  sqsWorker,
  SqsWorkers,
} from '../../lib/nest/index.js';
import type { SqsModuleOptions, SqsOptionsFactory } from '../../lib/nest/index.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { fakeParts } from './support/fake-parts.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeLater, closeWorkers, startWorker, testingModule } from './support/start-worker.js';

afterEach(closeWorkers);

async function startWeb(facts: Parameters<typeof testingModule>[0]) {
  const app = await testingModule(facts).compile();
  await app.init();
  closeLater(app);
  return app;
}

describe('SqsModule', () => {
  test('opens connections and looks after queues once, before anything is sent', async () => {
    const parts = fakeParts();
    const app = await startWeb({ parts, module: { queues: ['emails', { name: 'jobs' }] } });
    expect(parts.calls).toEqual(['validate', 'open', 'provision']);
    expect(parts.registered.map((queue) => queue.name)).toEqual(['emails', 'jobs']);
    await app.get(SqsProducer).send({ queue: 'emails', pattern: 'send' }, 1);
    expect(parts.sent).toMatchObject([{ queue: 'emails', pattern: 'send', data: 1 }]);
  });

  test('flushes the producer, then closes the connections, when a web app closes', async () => {
    const parts = fakeParts();
    const app = await startWeb({ parts });
    await app.close();
    expect(parts.calls.slice(-2)).toEqual(['close producer', 'close queues']);
  });

  test('fails the start where a queue is missing, and closes what was open', async () => {
    const parts = fakeParts({ missing: ['emails'] });
    await expect(startWeb({ parts, module: { queues: ['emails'] } })).rejects.toThrow(
      'Queue "emails" was not found',
    );
    expect(parts.calls.slice(-2)).toEqual(['close producer', 'close queues']);
  });

  test('gives queues that forRoot named, and those of feature modules', async () => {
    @Injectable()
    class Sender {
      constructor(
        @InjectSqsQueue('emails') readonly emails: SqsQueue,
        @InjectSqsQueue('jobs') readonly jobs: SqsQueue,
      ) {}
    }
    @Module({
      imports: [SqsModule.registerQueue({ name: 'jobs', visibilityTimeoutSeconds: 60 })],
      providers: [Sender],
      exports: [Sender],
    })
    class Feature {}
    const parts = fakeParts();
    const app = await startWeb({ parts, module: { queues: ['emails'] }, imports: [Feature] });
    const { emails, jobs } = app.get(Sender);
    await emails.send('a', 1, { delaySeconds: 5 });
    await jobs.sendMany('b', [2, 3]);
    await jobs.sendRaw('raw');
    expect(parts.sent).toMatchObject([
      { queue: 'emails', pattern: 'a', data: 1, options: { delaySeconds: 5 } },
      { queue: 'jobs', pattern: 'b', data: 2 },
      { queue: 'jobs', pattern: 'b', data: 3 },
      { queue: 'jobs', body: 'raw' },
    ]);
    expect(await jobs.url()).toBe('https://sqs.test/1/jobs');
    expect(await jobs.attributes()).toMatchObject({
      messageCount: 7,
      visibilityTimeoutSeconds: 60,
      isFifo: false,
    });
  });

  test('refuses the same queue with other options', async () => {
    const one = SqsModule.registerQueue({ name: 'jobs', visibilityTimeoutSeconds: 60 });
    const two = SqsModule.registerQueue({ name: 'jobs', visibilityTimeoutSeconds: 90 });
    await expect(startWeb({ parts: fakeParts(), imports: [one, two] })).rejects.toThrow(
      'Queue "jobs" is registered twice with different options (visibilityTimeoutSeconds)',
    );
  });

  test('takes a bare name as a reference to what another module defines', async () => {
    const parts = fakeParts();
    const one = SqsModule.registerQueue('jobs');
    const two = SqsModule.registerQueue({ name: 'jobs', visibilityTimeoutSeconds: 90 });
    await startWeb({ parts, imports: [one, two] });
    expect(parts.registered).toEqual([{ name: 'jobs', visibilityTimeoutSeconds: 90 }]);
  });

  test('says how to provide a queue that nothing registered', async () => {
    @Injectable()
    class Sender {
      constructor(@InjectSqsQueue('nowhere') readonly queue: SqsQueue) {}
    }
    await expect(startWeb({ parts: fakeParts(), providers: [Sender] })).rejects.toThrow(
      /registerQueue\(\{ name: 'nowhere' \}\)/,
    );
  });

  test('sends by the connection that a queue names', async () => {
    const [here, there] = [1, 2].map(() => new MemoryQueueService());
    const connections = {
      default: { gateway: new MemoryGateway({ service: here }) },
      eu: { gateway: new MemoryGateway({ service: there }) },
    };
    const queues = ['emails', { name: 'letters', connection: 'eu' }];
    @Module({ imports: [SqsModule.forRoot({ connections, queues })] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false });
    await app.get(SqsProducer).send({ queue: 'emails', pattern: 'a' }, 1);
    await app.get(SqsProducer).send({ queue: 'letters', pattern: 'b' }, 2);
    await app.close();

    expect(here.queueNames()).toEqual(['emails']);
    expect(there.queueNames()).toEqual(['letters']);
    expect(there.messages('letters')).toHaveLength(1);
  });

  test('tells queues of one name on two connections apart', () => {
    expect(getSqsQueueToken('emails', 'eu')).not.toBe(getSqsQueueToken('emails'));
    expect(getSqsQueueToken('emails', 'default')).toBe(getSqsQueueToken('emails'));
  });
});

describe('SqsModule.forRootAsync', () => {
  const options: SqsModuleOptions = { queues: [{ name: 'emails' }], serviceName: 'web' };

  @Injectable()
  class Options implements SqsOptionsFactory {
    createSqsOptions(): SqsModuleOptions {
      return options;
    }
  }

  @Module({ providers: [Options], exports: [Options] })
  class OptionsModule {}

  test('takes options from a factory with what it injects', async () => {
    @Module({ providers: [{ provide: 'NAME', useValue: 'billing' }], exports: ['NAME'] })
    class Config {}
    const { app, parts } = await startAsync(
      SqsModule.forRootAsync({
        imports: [Config],
        inject: ['NAME'],
        useFactory: async (serviceName: string) => ({ serviceName }),
        queues: ['emails'],
      }),
    );
    expect(parts.producers[0]?.options).toEqual({ serviceName: 'billing' });
    expect(app.get<SqsQueue>(getSqsQueueToken('emails')).name).toBe('emails');
  });

  test('takes options from a class of its own, or from one that is there', async () => {
    const own = await startAsync(SqsModule.forRootAsync({ useClass: Options }));
    expect(own.parts.producers[0]?.options).toBe(options);
    const imported = SqsModule.forRootAsync({ imports: [OptionsModule], useExisting: Options });
    const existing = await startAsync(imported);
    expect(existing.parts.producers[0]?.options).toBe(options);
  });

  test('knows no token for a queue that only the factory names, and says what to do', async () => {
    @Injectable()
    class Sender {
      constructor(@InjectSqsQueue('emails') readonly queue: SqsQueue) {}
    }
    @Module({
      imports: [SqsModule.forRootAsync({ useFactory: () => options })],
      providers: [Sender],
    })
    class App {}
    const compile = Test.createTestingModule({ imports: [App] })
      .setLogger(new RecordingLogger())
      .overrideProvider('SQS_RUNTIME_PARTS')
      .useValue(fakeParts())
      .compile();
    await expect(compile).rejects.toThrow(/registerQueue\(\{ name: 'emails' \}\)/);
  });

  test('refuses options without a source', () => {
    expect(() => SqsModule.forRootAsync({})).toThrow(InvalidOptionsError);
  });
});

describe('interceptors', () => {
  test('are taken as instances, or made with what they inject', async () => {
    @Injectable()
    class Clock {}
    @Injectable()
    class Timing {
      constructor(@Inject(Clock) readonly clock: Clock) {}
      intercept = () => {
        throw new Error('unused');
      };
    }
    @Module({ providers: [Clock], exports: [Clock] })
    class Shared {}
    const ready = { intercept: () => new Timing({}).intercept() };
    const parts = fakeParts();
    const module = { sendInterceptors: [ready], taskInterceptors: [Timing, ready] };
    await startWorker({ parts, module, imports: [{ module: Shared, global: true }] });
    expect(parts.producers[0]?.interceptors).toEqual([ready]);
    const [made, given] = parts.engine.setup.interceptors;
    expect((made as unknown as Timing).clock).toBeInstanceOf(Clock);
    expect(given).toBe(ready);
  });
});

describe('sqsWorker', () => {
  test('says that it needs SqsModule where it finds none', async () => {
    @Module({})
    class Empty {}
    const app = await Test.createTestingModule({ imports: [Empty] })
      .setLogger(new RecordingLogger())
      .compile();
    expect(() => app.createNestMicroservice(sqsWorker({ queues: ['emails'] }))).toThrow(
      'expected SqsModule.forRoot() or forRootAsync() among the imports of the app',
    );
  });

  test('starts without a queue that it is to wait for, and fails where one is missing', async () => {
    const waiting = await startWorker({ parts: fakeParts({ waiting: ['emails'] }) });
    expect(waiting.parts.engine.calls).toEqual(['start']);
    const missing = startWorker({ parts: fakeParts({ missing: ['emails'] }) });
    await expect(missing).rejects.toThrow('Queue "emails" was not found');
  });

  test('is driven through SqsWorkers', async () => {
    const { app, parts } = await startWorker({ worker: { queues: ['emails', 'jobs'] } });
    const workers = app.get(SqsWorkers);
    const failed: unknown[] = [];
    const stopListening = workers.on('poll:failed', ({ queue }) => failed.push(queue));
    workers.pause('jobs');
    workers.resume();
    workers.setConcurrency('emails', 3);
    parts.engine.emit('poll:failed', { queue: 'jobs', error: 1, retryInMs: 1 });
    stopListening();
    parts.engine.emit('poll:failed', { queue: 'emails', error: 1, retryInMs: 1 });
    expect(failed).toEqual(['jobs']);
    expect(parts.engine.calls).toEqual([
      'start',
      'pause jobs',
      'resume emails',
      'resume jobs',
      'setConcurrency emails 3',
    ]);
    expect(workers.status()).toMatchObject([{ phase: 'running' }]);
  });

  test('drains before the app destroys its providers, and the producer works until then', async () => {
    const order: string[] = [];
    @Injectable()
    class Database {
      onModuleDestroy(): void {
        order.push('destroy');
      }
    }
    const { app, parts } = await startWorker({ providers: [Database] });
    parts.engine.whileDraining = async () => {
      await app.get(SqsProducer).send({ queue: 'emails', pattern: 'last' }, 1);
      order.push('drained');
    };
    await app.close();
    expect(order).toEqual(['drained', 'destroy']);
    expect(parts.sent).toMatchObject([{ pattern: 'last' }]);
    expect(parts.calls.slice(-2)).toEqual(['close producer', 'close queues']);
  });
});

async function startAsync(module: ReturnType<typeof SqsModule.forRootAsync>) {
  const parts = fakeParts();
  const app = await Test.createTestingModule({ imports: [module] })
    .setLogger(new RecordingLogger())
    .overrideProvider('SQS_RUNTIME_PARTS')
    .useValue(parts)
    .compile();
  closeLater(app);
  await app.init();
  return { app, parts };
}
