import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  Source,
  SqsConsumer,
  SqsDeadLetters,
  SqsPipeline,
  SqsQueues,
  SqsTask,
  Stage,
} from '../../lib/index.js';
import type { ManualClock } from '../../lib/primitives/manual-clock.js';
import { pipelineSetup } from './pipelines/setup.js';
import { requestSetup, watch } from './support/requests.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const attributes = { VisibilityTimeout: '0' };
const warning = 'attribute VisibilityTimeout is below';

describe('A queue whose VisibilityTimeout attribute is 0', () => {
  test('is worked in place for another, each dead letter once', async () => {
    const { controller, seen } = slow();
    const app = await memoryApp({
      controllers: [controller],
      queues: [],
      module: {
        queues: [
          { name: 'jobs', deadLetter: { queue: 'jobs-dead', maxReceiveCount: 2 } },
          { name: 'jobs-dead', attributes },
        ],
        onMissingQueue: 'create',
      },
      worker: { queues: ['jobs', { name: 'jobs-dead', handlersOf: 'jobs' }] },
    });
    await app.producer.send({ queue: 'jobs-dead', pattern: 'slow' }, 'letter');
    await app.clock.advance(60_000);
    expect(seen).toEqual(['letter']);
    expect(app.service.messages('jobs-dead')).toEqual([]);
    expect(warningsOf(app.logger)).toEqual([expect.stringContaining('jobs-dead')]);
  });

  test('runs each task of processBatch() once, and warns once in many calls', async () => {
    const { controller, seen } = slow();
    const app = await memoryApp({
      controllers: [controller],
      queues: [],
      module: { queues: ['other', { name: 'batch', attributes }], onMissingQueue: 'create' },
      worker: { queues: ['other'] },
    });
    for (const data of ['a', 'b']) {
      await app.producer.send({ queue: 'batch', pattern: 'slow' }, data);
      const batch = app.app.get(SqsConsumer).processBatch('batch');
      await app.clock.advance(10_000);
      expect((await batch).failed).toEqual([]);
    }
    expect(seen).toEqual(['a', 'b']);
    expect(app.service.stats('batch').received).toBe(2);
    expect(warningsOf(app.logger)).toHaveLength(1);
  });

  test('is a stage like any other', async () => {
    const { gateway, clock, service, logger, worker } = pipelineSetup();
    await gateway.createQueue('line-make', { attributes });
    const seen: unknown[] = [];
    @SqsPipeline({ name: 'line' })
    class Line {
      private made = 0;
      @Source({ intervalMs: 1_000 }) make(): string | null {
        return this.made++ === 0 ? 'item' : null;
      }
      @Stage() async use(value: string): Promise<void> {
        seen.push(value);
        await sleep(clock, 5_000);
      }
    }
    await worker({ pipelines: [Line], worker: { stages: ['line'] } });
    await clock.advance(60_000);
    expect(seen).toEqual(['item']);
    expect(service.messages('line-make')).toEqual([]);
    expect(warningsOf(logger)).toEqual([expect.stringContaining('line-make')]);
  });

  test('gives replies to the client that waits for them', async () => {
    const { gateway, client, worker, clock, closeAll } = requestSetup();
    await gateway.createQueue('replies-web', { attributes });
    @Controller()
    class Echo {
      @SqsTask('echo') echo(@Payload() data: unknown): unknown {
        return data;
      }
    }
    await worker(Echo);
    const { client: web } = await client({ reply: { queue: 'replies-web' } });
    const seen = watch(web.send('echo', 1));
    await clock.advance(2_000);
    expect(seen).toEqual({ values: [1], isComplete: true });
    await closeAll();
  });

  test('is looked through, drained and redriven without meeting a message twice', async () => {
    const app = await memoryApp({
      kind: 'web',
      queues: [],
      module: {
        queues: [
          { name: 'jobs', deadLetter: { queue: 'jobs-dead', maxReceiveCount: 2 } },
          { name: 'jobs-dead', attributes },
        ],
        onMissingQueue: 'create',
      },
    });
    for (const data of [1, 2, 3]) {
      await app.producer.send({ queue: 'jobs-dead', pattern: 'slow' }, data);
    }
    const letters = app.app.get(SqsDeadLetters);
    const peeking = letters.peek('jobs-dead', { limit: 100 });
    await app.clock.advance(10_000);
    expect((await peeking).messages).toHaveLength(3);
    const moving = letters.redrive('jobs-dead', {
      to: 'jobs',
      filter: ({ body }) => !body.includes('"data":3'),
    });
    await app.clock.advance(10_000);
    expect(await moving).toMatchObject({ movedCount: 2, skippedCount: 1 });
    const draining = app.app.get(SqsQueues).drain('jobs-dead');
    await app.clock.advance(10_000);
    expect(await draining).toMatchObject({ deletedCount: 1, failedCount: 0 });
  });
});

function warningsOf({ lines }: { lines: readonly unknown[] }): string[] {
  return lines.map((line) => JSON.stringify(line)).filter((line) => line.includes(warning));
}

/** A handler that takes some turns of the event loop. */
function slow() {
  const seen: unknown[] = [];
  @Controller()
  class Jobs {
    @SqsTask('slow')
    async slow(@Payload() data: unknown): Promise<void> {
      seen.push(data);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { controller: Jobs, seen };
}

function sleep(clock: ManualClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, ms));
}
