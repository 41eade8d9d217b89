import { Controller, Module } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import {
  discard,
  NoHandlersError,
  ServerSqs,
  Source,
  SqsBatchTask,
  SqsConsumer,
  SqsModule,
  SqsPipeline,
  SqsRawTask,
  SqsTask,
  Stage,
} from '../../lib/index.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { ManualClock } from '../../lib/primitives/manual-clock.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import type { AppKind, MemoryAppFacts } from './support/memory-app.js';

afterEach(closeApps);

@Controller()
class Emails {
  @SqsTask('send_email', { queue: 'emails' }) send(): void {}
}

@Controller()
class Cron {
  @SqsRawTask({ queue: 'cron' }) all(): void {}
}

@Controller()
class Anywhere {
  @MessagePattern('anything') any(): void {}
}

/** An app on memory queues that are created where they are missing, as with `embedded`. */
async function creating(worker: MemoryAppFacts['worker'], facts: Partial<MemoryAppFacts> = {}) {
  const service = new MemoryQueueService({ clock: new ManualClock() });
  const gateway = new MemoryGateway({ service });
  const module = { connection: { gateway }, onMissingQueue: 'create' as const, queues: [] };
  const starting = memoryApp({ controllers: [Emails], queues: [], ...facts, module, worker });
  const [result] = await Promise.allSettled([starting]);
  return { error: result.status === 'rejected' ? (result.reason as unknown) : undefined, gateway };
}

describe('A worker for a queue that no handler serves', () => {
  test.each<AppKind>(['worker', 'hybrid'])(
    'fails at start, and creates nothing: %s',
    async (kind) => {
      const { error, gateway } = await creating({ queues: ['emials'] }, { kind });
      expect(error).toBeInstanceOf(NoHandlersError);
      expect((error as Error).message).toBe(
        'No handler serves queue "emials". Handlers here are bound to "emails"; did you mean emails. ' +
          'Name a queue that handlers serve, bind a handler to it, as by @SqsTask(task, { queue }), ' +
          'or choose by onUnknownTask what becomes of tasks that nothing handles.',
      );
      expect((await gateway.listQueueUrls().next()).value).toBeUndefined();
    },
  );

  test.each<[string, Partial<MemoryAppFacts>, RegExp]>([
    [
      'one of several queues',
      { worker: { queues: ['emails', 'other'] } },
      /^No handler serves queue "other"\./,
    ],
    [
      'handlersOf',
      { worker: { queues: ['emails', { name: 'emails-dead', handlersOf: 'emals' }] } },
      /^No handler serves queue "emails-dead" \(handlersOf: "emals"\)\. .* did you mean emails\./,
    ],
    [
      'a decorator with a misspelt queue',
      { controllers: [Cron], worker: { queues: ['crom'] } },
      /^No handler serves queue "crom"\. Handlers here are bound to "cron"; did you mean cron\./,
    ],
    [
      'an app without any handler',
      { controllers: [], worker: { queues: ['emails'] } },
      /^No handler serves queue "emails"\. This app has no task handlers; .* under controllers\./,
    ],
    [
      'nothing at all',
      { controllers: [], worker: {} },
      /expected queues to consume, stages to run/,
    ],
  ])('fails at start: %s', async (_what, { worker, ...facts }, message) => {
    const { error } = await creating(worker, facts);
    expect((error as Error).message).toMatch(message);
  });

  test('starts where onUnknownTask was chosen for it, or for the whole worker', async () => {
    const own = await creating({ queues: ['emails', { name: 'rest', onUnknownTask: discard() }] });
    expect(own.error).toBeUndefined();
    const all = await creating({ queues: ['rest'], onUnknownTask: discard() });
    expect(all.error).toBeUndefined();
  });

  test.each<[string, Partial<MemoryAppFacts>]>([
    ['a bound handler', { worker: { queues: ['emails'] } }],
    ['a handler for every queue', { controllers: [Anywhere], worker: { queues: ['emails'] } }],
    ['a raw handler', { controllers: [Cron], worker: { queues: ['cron'] } }],
    ['the handlers of another', { worker: { queues: [{ name: 'dead', handlersOf: 'emails' }] } }],
    ['queues by their handlers', { worker: { queues: undefined } }],
  ])('starts where it is served: %s', async (_what, { worker, ...facts }) => {
    expect((await creating(worker, facts)).error).toBeUndefined();
  });

  test('starts stages of pipelines', async () => {
    @SqsPipeline({ name: 'words' })
    class Words {
      @Source() generate(): string {
        return 'word';
      }
      @Stage() count(_word: string): void {}
    }
    const imports = [SqsModule.registerPipeline(Words)];
    const { error } = await creating({ stages: ['words'] }, { imports, controllers: [] });
    expect(error).toBeUndefined();
  });

  test('fails for a server that is made by hand', async () => {
    @Module({ controllers: [Emails] })
    class App {}
    const gateway = new MemoryGateway({
      service: new MemoryQueueService({ clock: new ManualClock() }),
    });
    const strategy = new ServerSqs({
      connection: { gateway },
      queues: ['emials'],
      onMissingQueue: 'create',
    });
    const app = await NestFactory.createMicroservice(App, { strategy, logger: false });
    await expect(app.listen()).rejects.toThrow(NoHandlersError);
    expect((await gateway.listQueueUrls().next()).value).toBeUndefined();
    await app.close();
  });

  test('fails for a single batch before anything is received', async () => {
    const { app, service, gateway } = await memoryApp({
      controllers: [Emails],
      queues: ['emails', 'other'],
      worker: { queues: ['emails'] },
    });
    const other = await gateway.getQueueUrl('other');
    await gateway.sendBatch(other, [{ body: '{"pattern":"send_email","data":1}' }]);
    const batch = app.get(SqsConsumer).processBatch('other');
    await expect(batch).rejects.toThrow('No handler serves queue "other"');
    expect(service.at(other).store.counts.visible).toBe(1);
  });

  test('says which queues it creates', async () => {
    const { logger } = await memoryApp({
      controllers: [Emails],
      queues: [],
      module: { onMissingQueue: 'create' },
      worker: { queues: ['emails'] },
    });
    expect(logger.of('SqsModule')).toContainEqual(
      expect.objectContaining({
        level: 'log',
        message: expect.objectContaining({ message: 'Created a queue.', queue: 'emails' }),
      }),
    );
  });
});

describe('A raw handler beside another handler of its queue', () => {
  @Controller()
  class Tasks {
    @SqsTask('x', { queue: 'cron' }) x(): void {}
  }
  @Controller()
  class Batches {
    @SqsBatchTask('x', { queue: 'cron' }) x(): void {}
  }
  @Controller()
  class Events {
    @EventPattern('x', { queue: 'cron' }) x(_data: unknown): void {}
  }
  @Controller()
  class Messages {
    @MessagePattern('x', { queue: 'cron' }) x(): void {}
  }

  test.each([
    ['a task', Tasks, 'Tasks.x (message)'],
    ['a batch task', Batches, 'Batches.x (batch)'],
    ['an event handler', Events, /\(event\)/],
    ['a plain message handler', Messages, /\(message\)/],
  ])('is refused at start, whichever comes first: %s', async (_what, Other, name) => {
    for (const controllers of [
      [Cron, Other],
      [Other, Cron],
    ]) {
      const starting = memoryApp({ controllers, queues: ['cron'] });
      await expect(starting).rejects.toThrow(
        'Queue "cron" gives every message to Cron.all (raw), so',
      );
      await expect(starting).rejects.toThrow(name);
      await expect(starting).rejects.toThrow('would never run');
    }
  });

  test('is refused where it is another raw handler', async () => {
    @Controller()
    class More {
      @SqsRawTask({ queue: 'cron' }) too(): void {}
    }
    const starting = memoryApp({ controllers: [Cron, More], queues: ['cron'] });
    await expect(starting).rejects.toThrow('Raw messages on queue "cron" would be handled by');
  });

  test('is refused where it is a stage of a pipeline', async () => {
    @SqsPipeline({ name: 'words' })
    class Words {
      @Source() generate(): string {
        return 'word';
      }
      @Stage() count(_word: string): void {}
    }
    @Controller()
    class Spy {
      @SqsRawTask({ queue: 'words-generate' }) all(): void {}
    }
    const starting = memoryApp({
      controllers: [Spy],
      imports: [SqsModule.registerPipeline(Words)],
      queues: [],
      worker: { stages: ['words'] },
    });
    await expect(starting).rejects.toThrow(
      'Queue "words-generate" gives every message to Spy.all (raw), so Words.count (message)',
    );
  });

  test('is no matter where the other serves every queue: it runs on those without a raw handler', async () => {
    @Controller()
    class Everywhere {
      readonly ran: string[] = [];
      @SqsTask('x') x(): void {
        this.ran.push('x');
      }
    }
    const made = await memoryApp({
      controllers: [Cron, Everywhere],
      queues: ['cron', 'jobs'],
    });
    await made.producer.send({ queue: 'jobs', pattern: 'x' }, 1);
    await made.work();
    expect(made.app.get(Everywhere).ran).toEqual(['x']);
    expect(made.logger.of('SqsWorker').filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('warns of a handler that then runs nowhere, but not of plain handlers of other transports', async () => {
    @Controller()
    class Everywhere {
      @SqsTask('x') x(): void {}
    }
    const { logger } = await memoryApp({
      controllers: [Cron, Everywhere, Anywhere],
      queues: ['cron'],
    });
    const warnings = logger.of('SqsWorker').filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      'Everywhere.x never runs here: every queue of this worker gives all its messages to a raw handler.',
    ]);
  });
});
