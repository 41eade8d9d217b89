import { Controller, Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  constant,
  deadLetter,
  discard,
  retry,
  Source,
  SqsConsumer,
  SqsContext,
  SqsModule,
  SqsPipeline,
  SqsProducer,
  sqsWorker,
  Stage,
} from '../../lib/index.js';
import type { ProcessBatchOptions, ProcessedBatch, WorkerOptions } from '../../lib/index.js';
import { SqsHarness, SqsTestingModule } from '../../lib/testing/index.js';

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});

/** Fails, and counts how many run at once. */
class Seen {
  running = 0;
  most = 0;
  runs = 0;
  signals: AbortSignal[] = [];
}

@Controller()
class Jobs {
  constructor(private readonly seen: Seen) {}

  @MessagePattern('job')
  async job(@Payload() _data: unknown, @Ctx() { signal }: SqsContext): Promise<void> {
    const { seen } = this;
    seen.runs++;
    seen.signals.push(signal);
    seen.most = Math.max(seen.most, ++seen.running);
    await new Promise((resolve) => setImmediate(resolve));
    seen.running--;
    throw new Error('failed');
  }
}

type Way = 'SqsConsumer' | 'SqsHarness';
const ways: [Way][] = [['SqsConsumer'], ['SqsHarness']];

/** An app on queues in memory, with these workers, none of which polls. */
async function appWith(workers: readonly WorkerOptions[], imports: object[] = []) {
  const queues = ['jobs', 'others', 'dead', 'jobs.fifo', { name: 'mortal', deadLetter: dead }];
  const kit = SqsTestingModule.forRoot({ queues, silent: true });
  const module = await Test.createTestingModule({
    imports: [kit, ...(imports as never[])],
    controllers: [Jobs],
    providers: [Seen],
  }).compile();
  const app = module.createNestApplication();
  for (const worker of workers) app.connectMicroservice(sqsWorker(worker));
  await app.init();
  open.push(app);
  const harness = app.get(SqsHarness);
  const send = (queue: string, options = {}) =>
    app.get(SqsProducer).send({ queue, pattern: 'job' }, 1, options);
  return { app, harness, send, seen: app.get(Seen), consumer: app.get(SqsConsumer) };
}

const dead = { queue: 'mortal-dead', maxReceiveCount: 5 };

async function batchBy(
  way: Way,
  app: Pick<INestApplicationContext, 'get'>,
  queue: string,
  options?: ProcessBatchOptions,
): Promise<ProcessedBatch> {
  const harness = app.get(SqsHarness);
  if (way === 'SqsHarness') return harness.processBatch(queue, options);
  const batch = app.get(SqsConsumer).processBatch(queue, options);
  batch.catch(() => {});
  await harness.advance(5_000);
  return batch;
}

describe.each(ways)("%s.processBatch() has the options of the worker's queue", (way) => {
  test('onError', async () => {
    const { app, harness, send } = await appWith([
      { queues: [{ name: 'jobs', onError: discard() }] },
    ]);
    await send('jobs');
    const { failed } = await batchBy(way, app, 'jobs');
    expect(failed).toMatchObject([{ outcome: { kind: 'discard' } }]);
    expect(harness.messages('jobs')).toEqual([]);
  });

  test("ack: 'before': at most once", async () => {
    const { app, harness, send, seen } = await appWith([
      { queues: [{ name: 'jobs', ack: 'before' }] },
    ]);
    await send('jobs');
    await batchBy(way, app, 'jobs');
    expect(harness.messages('jobs')).toEqual([]);
    expect(seen.runs).toBe(1);
  });

  test('concurrency', async () => {
    const { app, send, seen } = await appWith([{ queues: [{ name: 'jobs', concurrency: 1 }] }]);
    for (let i = 0; i < 5; i++) await send('jobs');
    const { failed } = await batchBy(way, app, 'jobs');
    expect(failed).toHaveLength(5);
    expect(seen).toMatchObject({ runs: 5, most: 1 });
  });

  test('handlersOf: a dead-letter queue is worked with the handlers of its source', async () => {
    const worker: WorkerOptions = {
      queues: [{ name: 'dead', handlersOf: 'others', onError: discard() }],
    };
    @Controller()
    class Others {
      @MessagePattern('job', { queue: 'others' })
      job(): string {
        return 'handled by others';
      }
    }
    @Module({ controllers: [Others] })
    class Bound {}
    const { app, send } = await appWith([worker], [Bound]);
    await send('dead');
    expect((await batchBy(way, app, 'dead')).succeeded).toHaveLength(1);
  });

  test('of the worker itself where its queue says nothing, or where no worker consumes the queue', async () => {
    const { app, harness, send } = await appWith([{ queues: ['jobs'], onError: discard() }]);
    for (const queue of ['jobs', 'others']) {
      await send(queue);
      await batchBy(way, app, queue);
      expect(harness.messages(queue)).toEqual([]);
    }
  });

  test('of the worker that consumes it, where there are several', async () => {
    const { app, harness, send } = await appWith([
      { queues: ['others'], onError: retry(constant(600)) },
      { queues: [{ name: 'jobs', onError: discard() }] },
    ]);
    await send('jobs');
    await send('others');
    await batchBy(way, app, 'jobs');
    await batchBy(way, app, 'others');
    expect(harness.messages('jobs')).toEqual([]);
    expect(harness.messages('others')).toHaveLength(1);
  });

  test('deadLetter(), with the reason', async () => {
    const { app, harness, send } = await appWith([
      { queues: [{ name: 'mortal', onError: deadLetter() }] },
    ]);
    await send('mortal');
    await batchBy(way, app, 'mortal');
    expect(harness.messages('mortal')).toEqual([]);
    const [letter] = harness.messages('mortal-dead');
    expect(letter.attributes['DeadLetterReason']).toEqual(
      expect.objectContaining({ stringValue: 'failed' }),
    );
  });

  test("fifoFailure, but for 'hold', which would last as long as its retries", async () => {
    for (const fifoFailure of ['hold', 'release', 'wait'] as const) {
      const { app, harness, send } = await appWith([
        { queues: [{ name: 'jobs.fifo', fifoFailure, onError: retry(constant(600)) }] },
      ]);
      await send('jobs.fifo', { groupId: 'g' });
      await send('jobs.fifo', { groupId: 'g' });
      const { failed } = await batchBy(way, app, 'jobs.fifo');
      expect(failed).toHaveLength(1);
      const states = harness.messages('jobs.fifo').map(({ state }) => state);
      expect(states).toEqual(['inflight', fifoFailure === 'wait' ? 'inflight' : 'visible']);
    }
  });

  test('and answers requests', async () => {
    const { app, harness } = await appWith([{ queues: [{ name: 'jobs', onError: discard() }] }]);
    const replyTo = harness.service().create('replies-mine', {});
    const request = { pattern: 'job', data: 1, id: '1', replyTo };
    await app.get(SqsProducer).queue('jobs').sendRaw(JSON.stringify(request));
    await batchBy(way, app, 'jobs');
    await harness.advance(5_000);
    const [reply] = harness.service().messages('replies-mine');
    expect(JSON.parse(reply.body)).toMatchObject({ id: '1', err: { message: 'failed' } });
  });

  test('of a stage, whose queue is named by its pipeline', async () => {
    @SqsPipeline({ name: 'line' })
    class Line {
      @Source() make(): void {}
      @Stage() change(): void {
        throw new Error('failed');
      }
    }
    const { app, harness } = await appWith(
      [{ stages: [{ stage: 'line.change', onError: discard() }] }],
      [SqsModule.registerPipeline(Line)],
    );
    await app.get(SqsProducer).send({ queue: 'line-make', pattern: 'line.change' }, 1);
    const { failed } = await batchBy(way, app, 'line-make');
    expect(failed).toMatchObject([{ outcome: { kind: 'discard' } }]);
    expect(harness.messages('line-make')).toEqual([]);
  });
});

describe.each(ways)('%s.processBatch() checks its options', (way) => {
  const wrong: [object, string][] = [
    [
      { visibilityTimeoutSeconds: 43_201 },
      'Expected visibilityTimeoutSeconds to be an integer from 2 to 43200, got 43201',
    ],
    [
      { visibilityTimeoutSeconds: 1 },
      'Expected visibilityTimeoutSeconds to be an integer from 2 to 43200, got 1',
    ],
    [{ VisibilityTimeout: 1 }, 'Unknown option VisibilityTimeout'],
    [{ maxMessages: 2.5 }, 'Expected maxMessages to be an integer from 1 to 10, got 2.5'],
    [{ maxMessages: 11 }, 'Expected maxMessages to be an integer from 1 to 10, got 11'],
    [{ maxMessages: 0 }, 'Expected maxMessages to be an integer from 1 to 10, got 0'],
    [{ waitTimeSeconds: 21 }, 'Expected waitTimeSeconds to be an integer from 0 to 20, got 21'],
    [{ waitTimeSeconds: '5' }, 'Expected waitTimeSeconds to be an integer from 0 to 20, got "5"'],
  ];

  test.each(wrong)('%j', async (options, message) => {
    const { app, harness, send } = await appWith([{ queues: ['jobs'] }]);
    await send('jobs');
    await expect(batchBy(way, app, 'jobs', options)).rejects.toThrow(message);
    expect(harness.messages('jobs')).toMatchObject([{ state: 'visible', receiveCount: 0 }]);
  });

  test('and takes its visibility timeout', async () => {
    const { app, harness, send } = await appWith([{ queues: ['jobs'] }]);
    const seen: unknown[] = [];
    harness.service().beforeCall = (operation, _url, request) => {
      if (operation === 'ReceiveMessage') seen.push(request);
    };
    await send('jobs');
    await batchBy(way, app, 'jobs', { visibilityTimeoutSeconds: 77, maxMessages: 3 });
    expect(seen).toMatchObject([{ visibilityTimeoutSeconds: 77, maxMessages: 3 }]);
  });
});

describe('SqsConsumer.messages()', () => {
  test("has the options of the worker's queue where its own are silent", async () => {
    const { harness, send, consumer } = await appWith([
      { queues: [{ name: 'jobs', onError: retry(constant(600)), ack: 'manual' }] },
    ]);
    await send('jobs');
    await send('jobs');
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const delivery of consumer.messages('jobs')) {
        seen.push(delivery.data);
        if (seen.length === 1) delivery.ack();
        else {
          delivery.retry();
          break;
        }
      }
    })();
    await harness.advance(5_000);
    await loop;
    // Acked is gone, whatever `ack` says of handlers; the other waits as the worker's onError says.
    await harness.advance(590_000);
    expect(harness.messages('jobs')).toMatchObject([{ state: 'inflight' }]);
    await harness.advance(20_000);
    expect(harness.messages('jobs')).toMatchObject([{ state: 'visible' }]);
  });
});
