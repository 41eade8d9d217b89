import { Controller, Injectable, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  getSqsQueueToken,
  InjectSqsQueue,
  SqsModule,
  SqsProducer,
  SqsQueue,
  sqsWorker,
  TaskContext,
} from '../../lib/index.js';
import type { SqsModuleOptions } from '../../lib/index.js';
import { SqsHarness, SqsTestingModule } from '../../lib/testing/index.js';
import type { SqsTestingOptions } from '../../lib/testing/index.js';
import { closeAll, closeLater } from './support.js';

@Injectable()
class Log {
  readonly lines: unknown[] = [];
}

@Controller()
class Jobs {
  constructor(
    private readonly log: Log,
    private readonly context: TaskContext,
  ) {}

  @MessagePattern('note')
  note(@Payload() data: unknown): void {
    this.log.lines.push([data, this.context.get('user')]);
  }
}

const nowhere: SqsModuleOptions = {
  // Any call to it would fail the test.
  connection: { client: { send: () => Promise.reject(new Error('called AWS')) } as never },
  queues: ['jobs'],
};

async function start(sqs: DynamicModule, testing: SqsTestingOptions = {}, queue = 'jobs') {
  @Module({ imports: [sqs], controllers: [Jobs], providers: [Log] })
  class AppModule {}
  const kit = SqsTestingModule.forRoot({ silent: true, ...testing });
  const module = await Test.createTestingModule({ imports: [AppModule, kit] }).compile();
  const app = module.createNestMicroservice(sqsWorker({ queues: [queue] }));
  closeLater(app);
  await app.listen();
  return { app, harness: app.get(SqsHarness), sqs: app.get(SqsProducer), log: app.get(Log) };
}

afterEach(closeAll);

describe('SqsTestingModule beside a real SqsModule', () => {
  test('takes the place of the connections of forRoot(), and keeps its other options', async () => {
    const options = { ...nowhere, queuePrefix: 'staging-', serviceName: 'shop' };
    const { harness, sqs, app, log } = await start(SqsModule.forRoot(options));

    await app
      .get(TaskContext)
      .run({ user: 'ada' }, () => sqs.send({ queue: 'jobs', pattern: 'note' }, 1));
    await harness.flush();

    expect(log.lines).toEqual([[1, 'ada']]);
    expect(harness.service().queueNames()).toEqual(['staging-jobs']);
    expect(harness.sent('jobs')[0]?.attributes['service_name']?.stringValue).toBe('shop');
  });

  test('the same for forRootAsync(), with its providers injected once', async () => {
    const real = SqsModule.forRootAsync({ useFactory: async () => nowhere, queues: ['jobs'] });
    const { harness, app, log } = await start(real);
    const queue = app.get<SqsQueue>(getSqsQueueToken('jobs'));

    await queue.send('note', 1);
    await harness.flush();

    expect(log.lines).toEqual([[1, undefined]]);
  });

  test('a start that fails in the factory of the options says why', async () => {
    const real = SqsModule.forRootAsync({
      useFactory: () => {
        throw new Error('no configuration');
      },
    });

    await expect(start(real)).rejects.toThrow('no configuration');
  });

  test('options of the test are laid over those of the app', async () => {
    const real = SqsModule.forRoot({ ...nowhere, serviceName: 'shop' });
    const dead = { name: 'jobs', deadLetter: { queue: 'dead', maxReceiveCount: 2 } };
    const { harness } = await start(real, { serviceName: 'test', queues: [dead, 'more'] });

    expect(harness.service().queueNames().toSorted()).toEqual(['dead', 'jobs', 'more']);
  });

  test('several connections stay apart, and queues that are waited for are there', async () => {
    const real = SqsModule.forRoot({
      connections: { default: { region: 'eu-west-1' }, us: { embedded: true } },
      queues: ['jobs', { name: 'reports', connection: 'us' }],
      onMissingQueue: 'wait',
    });
    const { harness, sqs } = await start(real);
    await sqs.send({ queue: 'reports', pattern: 'note' }, 1);

    expect(harness.service('us').queueNames()).toEqual(['reports']);
    expect(harness.messages('reports')).toHaveLength(1);
  });

  test.each([
    'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs',
    'arn:aws:sqs:eu-west-1:123456789012:jobs',
  ])('%s is the queue of its name', async (address) => {
    const queues = [{ name: address, deadLetter: { queue: `${address}-dead` } }];
    const real = SqsModule.forRoot({ ...nowhere, queues });
    const { harness, sqs, log } = await start(real, {}, address);

    await sqs.send({ queue: address, pattern: 'note' }, 1);
    await harness.flush();

    expect(log.lines).toEqual([[1, undefined]]);
    expect(harness.sent(address)).toHaveLength(1);
    expect(harness.service().queueNames()).toEqual(['jobs-dead', 'jobs']);
  });

  test('features register queues, and queues that nobody registered are made', async () => {
    @Injectable()
    class Feature {
      constructor(@InjectSqsQueue('feature.fifo') readonly queue: SqsQueue) {}
    }
    @Module({
      imports: [SqsModule.registerQueue({ name: 'feature.fifo', visibilityTimeoutSeconds: 5 })],
      providers: [Feature],
    })
    class FeatureModule {}
    const real = SqsModule.forRoot(nowhere);
    const { harness, sqs, app } = await start({ module: FeatureModule, imports: [real] });

    await app.get(Feature).queue.send('note', 1, { groupId: 'g' });
    await sqs.send({ queue: 'nobody', pattern: 'note' }, 1);

    expect(harness.messages('feature.fifo')).toMatchObject([{ groupId: 'g' }]);
    expect(harness.messages('nobody')).toHaveLength(1);
  });

  test("with onMissingQueue: 'error' a queue that nobody made is an error", async () => {
    const real = SqsModule.forRoot(nowhere);

    await expect(start(real, { onMissingQueue: 'error' })).rejects.toThrow('"jobs" was not found');
  });
});

describe('SqsTestingModule alone', () => {
  test('refuses unknown options', () => {
    expect(() => SqsTestingModule.forRoot({ inlined: true } as SqsTestingOptions)).toThrow(
      'Unknown option inlined; did you mean inline?',
    );
  });

  test('takes options that injection makes', async () => {
    const kit = SqsTestingModule.forRootAsync({
      useFactory: () => ({ queues: ['jobs'] }),
      inline: true,
    });
    const module = await Test.createTestingModule({
      imports: [kit],
      controllers: [Jobs],
      providers: [Log],
    }).compile();
    closeLater(module);
    await module.init();

    await module.get(SqsProducer).send({ queue: 'jobs', pattern: 'note' }, 1);

    expect(module.get(Log).lines).toEqual([[1, undefined]]);
  });

  test('gives each app queues of its own, though they are made from one module', async () => {
    const kit = SqsTestingModule.forRoot({ queues: ['jobs'] });
    const apps = [];
    for (let i = 0; i < 2; i++) {
      const app = await Test.createTestingModule({ imports: [kit] }).compile();
      closeLater(app);
      apps.push(await app.init());
    }
    const [one, two] = apps;
    await one?.get(SqsProducer).send({ queue: 'jobs', pattern: 'note' }, 1);

    expect(one?.get(SqsHarness).messages('jobs')).toHaveLength(1);
    expect(two?.get(SqsHarness).messages('jobs')).toEqual([]);
  });
});
