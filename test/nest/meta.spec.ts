import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import {
  constant,
  DEAD_LETTER_REASON,
  DEAD_LETTER_SOURCE,
  DeadLetterTaskError,
  eventBridge,
  retry,
  s3Event,
  sns,
  SqsBatchTask,
  SqsContext,
  SqsDeadLetters,
  sqspipes,
  SqsProducer,
  SqsRawTask,
  SqsTask,
  squids,
  taskmaster,
  type MessageAttributes,
  type MessageFormat,
  type SqsBatchItem,
  type TaskMessage,
  type WorkerOptions,
} from '../../lib/index.js';
import { bodiesIn, whileTimePasses } from './support/operations-app.js';
import { closeApps, memoryApp, type MemoryApp, type MemoryAppFacts } from './support/memory-app.js';

afterEach(closeApps);

const topic = 'arn:aws:sns:eu-west-1:123456789012:orders';
const notification = {
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: topic,
  Message: '{"pattern":"order.placed","data":{"id":7}}',
  Timestamp: '2026-05-02T00:54:06.655Z',
  MessageAttributes: {
    store: { Type: 'String', Value: 'north' },
    bytes: { Type: 'Binary', Value: 'AP8=' },
  },
};
const event = {
  version: '0',
  id: 'e1',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-05-02T00:54:06Z',
  region: 'eu-west-1',
  resources: ['arn:rule'],
  detail: {},
};
const s3Record = {
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-west-1',
  eventTime: '2026-05-02T00:54:06.655Z',
  eventName: 'ObjectCreated:Put',
  requestParameters: { sourceIPAddress: '10.0.0.1' },
  s3: { configurationId: 'c', bucket: { name: 'b' }, object: { key: 'k' } },
};

describe('What a format sets aside', () => {
  test.each<[string, string, MessageFormat | undefined, object, object]>([
    [
      'sqspipes',
      'in',
      sqspipes(),
      { meta: { priority: 0, traceId: 't1' }, value: 1 },
      { priority: 0, traceId: 't1' },
    ],
    [
      'squids',
      'task',
      squids(),
      { task: 'task', args: [], kwargs: {}, traceId: 't1' },
      { traceId: 't1' },
    ],
    [
      'taskmaster',
      'task',
      taskmaster(),
      { task: 'task', kwargs: {}, traceId: 't1' },
      { traceId: 't1' },
    ],
    ['native', 'task', undefined, { pattern: 'task', meta: { traceId: 't1' } }, { traceId: 't1' }],
    ['native, without any', 'task', undefined, { pattern: 'task' }, {}],
    ['sns', 'order.placed', sns(), notification, { sns: { topicArn: topic } }],
    [
      'eventBridge',
      'Scheduled Event',
      eventBridge(),
      event,
      { eventBridge: { id: 'e1', resources: ['arn:rule'] } },
    ],
    ['s3Event', 's3Event', s3Event(), { Records: [s3Record] }, { s3Event: [s3Record] }],
  ])('is there for handlers: %s', async (_name, pattern, format, body, meta) => {
    const seen: unknown[] = [];
    @Controller()
    class Tasks {
      @MessagePattern(pattern)
      run(@Ctx() context: SqsContext): void {
        seen.push(context.meta);
      }
    }
    const app = await appWith({ controllers: [Tasks] }, format);
    await put(app, 'in', body);
    await app.work();
    expect(seen).toMatchObject([meta]);
  });

  test('is there for each task of a batch', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Tasks {
      @SqsBatchTask('task', { queue: 'in', maxSize: 2, maxWaitMs: 10 })
      run(@Payload() items: SqsBatchItem[]): void {
        seen.push(new Set(items.map(({ context }) => context.meta['n'])));
      }
    }
    const app = await appWith({ controllers: [Tasks] }, squids());
    for (const n of [1, 2]) await put(app, 'in', { task: 'task', args: [], kwargs: {}, n });
    await app.work();
    expect(seen).toEqual([new Set([1, 2])]);
  });

  test('goes on with what a handler sends, where it says so', async () => {
    @Controller()
    class Tasks {
      constructor(private readonly sqs: SqsProducer) {}
      @MessagePattern('in')
      async run(@Payload() data: unknown, @Ctx() { meta }: SqsContext): Promise<void> {
        await this.sqs.send({ queue: 'out', pattern: 'out' }, data, { meta });
        await this.sqs.send({ queue: 'native', pattern: 'task' }, data);
      }
    }
    const app = await appWith({ controllers: [Tasks] }, sqspipes());
    await put(app, 'in', { meta: { priority: 3, traceId: 't1' }, value: 'x' });
    await app.work();
    expect(bodiesIn(app.service, 'out').map(parse)).toEqual([
      { meta: { priority: 0, traceId: 't1' }, value: 'x' },
    ]);
    expect(bodiesIn(app.service, 'native').map(parse)).toEqual([{ pattern: 'task', data: 'x' }]);
  });

  test.each(['in place', 'after a redrive'])(
    'stays through retries and the dead-letter copy, for handlers %s',
    async (how) => {
      const seen: unknown[] = [];
      @Controller()
      class Tasks {
        @SqsTask('in', { queue: 'in' })
        run(@Ctx() { queue, attempt, meta }: SqsContext): void {
          seen.push([queue, attempt, meta]);
          if (seen.length < 3) throw new Error('not now');
          if (seen.length === 3) throw new DeadLetterTaskError('hopeless');
        }
      }
      const dead = { name: 'dead', handlersOf: 'in' };
      const app = await appWith({ controllers: [Tasks] }, sqspipes(), {
        queues: how === 'in place' ? ['in', dead] : ['in'],
        onError: retry(constant(1)),
      });
      await put(app, 'in', { meta: { priority: 0, traceId: 't1' }, value: 'x' });
      await app.clock.advance(10_000);
      if (how !== 'in place') {
        const redrive = app.app.get(SqsDeadLetters).redrive('dead', { way: 'receive-and-send' });
        await whileTimePasses(app.clock, redrive);
        await app.work();
      }
      const meta = { priority: 0, traceId: 't1' };
      expect(seen).toEqual([
        ['in', 1, meta],
        ['in', 2, meta],
        ['in', 3, meta],
        [how === 'in place' ? 'dead' : 'in', 1, meta],
      ]);
    },
  );
});

describe('The attributes of a notification', () => {
  const published = {
    store: { dataType: 'String', stringValue: 'north' },
    bytes: { dataType: 'Binary', binaryValue: Buffer.from([0, 255]) },
  };

  test('are those of the message, as in a raw delivery, beside those that SQS gave', async () => {
    const seen: MessageAttributes[] = [];
    @Controller()
    class Orders {
      @MessagePattern('order.placed')
      placed(@Ctx() { message }: SqsContext): void {
        seen.push(message.attributes);
      }
    }
    const app = await appWith({ controllers: [Orders] }, sns());
    const own = { own: { dataType: 'String', stringValue: 'x' } };
    await put(app, 'in', notification, own);
    await app.work();
    expect(seen).toEqual([{ ...own, ...published }]);
  });

  test('stay inside of the body where the message is dead-lettered, and are read there again', async () => {
    const seen: string[][] = [];
    @Controller()
    class Orders {
      @SqsTask('order.placed', { queue: 'in' })
      placed(@Ctx() { message }: SqsContext): void {
        seen.push(Object.keys(message.attributes));
        if (seen.length === 1) throw new DeadLetterTaskError('hopeless');
      }
    }
    const app = await appWith({ controllers: [Orders] }, sns(), { queues: ['in'] });
    await put(app, 'in', notification);
    await app.work();
    const [copy] = app.service.messages('dead');
    expect(Object.keys(copy?.attributes ?? {})).toEqual([DEAD_LETTER_REASON, DEAD_LETTER_SOURCE]);
    const redrive = app.app.get(SqsDeadLetters).redrive('dead', { way: 'receive-and-send' });
    await whileTimePasses(app.clock, redrive);
    await app.work();
    expect(seen).toEqual([Object.keys(published), Object.keys(published)]);
  });

  test('are in the message that a raw handler gets as SQS gave them', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Raw {
      @SqsRawTask({ queue: 'in' })
      all(@Payload() message: TaskMessage): void {
        seen.push(message.attributes);
      }
    }
    const app = await appWith({ controllers: [Raw] }, sns());
    await put(app, 'in', notification);
    await app.work();
    expect(seen).toEqual([{}]);
  });
});

async function appWith(
  facts: MemoryAppFacts,
  format: MessageFormat | undefined,
  worker: WorkerOptions = {},
): Promise<MemoryApp> {
  const own = format === undefined ? {} : { format };
  const deadLetters = { queue: 'dead', maxReceiveCount: 9 };
  return memoryApp({
    ...facts,
    queues: ['native'],
    module: {
      queues: [
        { name: 'in', deadLetter: deadLetters, ...own },
        { name: 'out', ...own },
      ],
      onMissingQueue: 'create',
    },
    worker: { queues: ['in'], ...worker },
  });
}

async function put(
  app: MemoryApp,
  queue: string,
  body: object,
  attributes?: MessageAttributes,
): Promise<void> {
  const message = { body: JSON.stringify(body), ...(attributes && { attributes }) };
  await app.gateway.sendBatch(await app.gateway.getQueueUrl(queue), [message]);
}

function parse(body: string): unknown {
  return JSON.parse(body);
}
