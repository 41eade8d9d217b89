import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Inject, Injectable, UseGuards, UseInterceptors } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  INestApplication,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  NoTaskContextError,
  OnTaskError,
  PostSend,
  PostTask,
  PreSend,
  PreTask,
  SqsBatchTask,
  SqsContext,
  SqsProducer,
  SqsTask,
  TaskContext,
} from '../../lib/index.js';
import type { SendContext, SqsBatchItem, SqsTaskInterceptor } from '../../lib/index.js';
import { gate } from '../support/signals.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const greet = { queue: 'jobs', pattern: 'greet' };
const follow = { queue: 'jobs', pattern: 'follow' };

describe('TaskContext', () => {
  test('keeps values for the time of run(), inner ones on top of outer ones', async () => {
    const context = new TaskContext();
    await context.run({ user: 'ada', tenant: 1 }, async () => {
      await Promise.resolve();
      context.set('step', 'one');
      context.run({ user: 'bob' }, () => {
        context.set('step', 'two');
        expect(context.all()).toEqual({ user: 'bob', tenant: 1, step: 'two' });
      });
      expect(context.all()).toEqual({ user: 'ada', tenant: 1, step: 'one' });
      context.clear();
      expect(context.get('user')).toBeUndefined();
      expect(context.get('toString')).toBeUndefined();
    });
    expect(context.all()).toEqual({});
  });

  test('refuses to set what nobody could read', () => {
    const context = new TaskContext();
    expect(() => context.set('user', 'ada')).toThrow(NoTaskContextError);
    expect(() => context.set('user', 'ada')).toThrow('TaskContext.set("user") was called outside');
    expect(() => context.clear()).not.toThrow();
  });
});

describe('a task context on its way', () => {
  test('reaches the handler and all around it, and what the handler sends', async () => {
    const seen: Record<string, unknown> = {};
    const note = (where: string, context: TaskContext): void => {
      seen[where] = context.get('user');
    };
    @Injectable()
    class Guard implements CanActivate {
      constructor(private readonly context: TaskContext) {}
      canActivate(): boolean {
        note('guard', this.context);
        return true;
      }
    }
    @Injectable()
    class Pipe implements PipeTransform {
      constructor(private readonly context: TaskContext) {}
      transform(value: unknown): unknown {
        note('pipe', this.context);
        return value;
      }
    }
    @Injectable()
    class Interceptor implements NestInterceptor {
      constructor(private readonly context: TaskContext) {}
      intercept(_context: unknown, next: CallHandler) {
        note('interceptor', this.context);
        return next.handle();
      }
    }
    @Injectable()
    class Tracing implements SqsTaskInterceptor {
      constructor(private readonly context: TaskContext) {}
      intercept: SqsTaskInterceptor['intercept'] = (_delivery, next) => {
        note('task interceptor', this.context);
        return next.handle();
      };
    }
    @Injectable()
    class Hooks {
      constructor(private readonly context: TaskContext) {}
      @PreTask()
      start(): void {
        note('PreTask', this.context);
      }
      @PostTask()
      end(): void {
        note('PostTask', this.context);
      }
      @OnTaskError()
      failed(): void {
        note('OnTaskError', this.context);
      }
    }
    @Controller()
    class Greeter {
      constructor(
        private readonly context: TaskContext,
        private readonly sqs: SqsProducer,
      ) {}

      @UseGuards(Guard)
      @UseInterceptors(Interceptor)
      @SqsTask('greet')
      async greet(@Payload(Pipe) _data: unknown): Promise<void> {
        note('handler', this.context);
        this.context.set('step', 'greeted');
        await this.sqs.send(follow, 1);
      }

      @SqsTask('follow')
      follow(@Ctx() context: SqsContext): void {
        seen['follow-up'] = { ...context.taskContext };
        throw new Error('for @OnTaskError');
      }
    }
    const app = await memoryApp({
      controllers: [Greeter],
      providers: [Hooks],
      module: { taskInterceptors: [Tracing] },
    });
    const context = app.app.get(TaskContext);
    await context.run({ user: 'ada' }, () => app.producer.send(greet, 1));
    await app.work();
    expect(seen).toEqual({
      guard: 'ada',
      pipe: 'ada',
      interceptor: 'ada',
      'task interceptor': 'ada',
      PreTask: 'ada',
      handler: 'ada',
      PostTask: 'ada',
      OnTaskError: 'ada',
      'follow-up': { user: 'ada', step: 'greeted' },
    });
    expect(context.all()).toEqual({});
  });

  test('is what it was when the send was made, beneath what the send itself says', async () => {
    const sent: unknown[] = [];
    @Injectable()
    class Hooks {
      constructor(private readonly context: TaskContext) {}
      @PreSend()
      before(send: SendContext): void {
        sent.push([send.options.taskContext, this.context.get('user')]);
      }
    }
    const app = await memoryApp({ kind: 'web', providers: [Hooks] });
    const context = app.app.get(TaskContext);
    await context.run({ user: 'ada', tenant: 1 }, async () => {
      const first = app.producer.send(greet, 1, { taskContext: { tenant: 2 } });
      context.set('user', 'bob');
      const second = app.producer.send(greet, 2);
      context.clear();
      await Promise.all([first, second, app.producer.send(greet, 3)]);
    });
    const url = await app.gateway.getQueueUrl('jobs');
    const received = await app.gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    expect(received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { pattern: 'greet', data: 1, context: { user: 'ada', tenant: 2 } },
      { pattern: 'greet', data: 2, context: { user: 'bob', tenant: 1 } },
      { pattern: 'greet', data: 3 },
    ]);
    expect(sent[0]).toEqual([{ user: 'ada', tenant: 2 }, 'ada']);
  });

  test('never mixes between a hundred requests at a time and the tasks that they send', async () => {
    const seen = new Map<number, unknown>();
    const requests = gate();
    const tasks = gate();
    @Controller()
    class Greeter {
      constructor(private readonly context: TaskContext) {}

      @SqsTask('greet')
      async greet(@Payload() id: number): Promise<void> {
        this.context.set('handled', id);
        if (id < 99) await tasks.opened;
        else tasks.open();
        seen.set(id, this.context.all());
      }
    }
    @Injectable()
    class Hooks {
      constructor(private readonly context: TaskContext) {}
      @PostSend()
      after(send: SendContext): void {
        if (this.context.get('id') !== send.data) throw new Error('mixed');
      }
    }
    const worker = { concurrency: 100 };
    const app = await memoryApp({
      kind: 'hybrid',
      controllers: [Greeter],
      providers: [Hooks],
      worker,
    });
    const context = app.app.get(TaskContext);
    const ids = Array.from({ length: 100 }, (_, id) => id);
    const sends = ids.map((id) =>
      context.run({ id }, async () => {
        await requests.opened;
        if (id % 3 === 0) await Promise.resolve();
        await app.producer.send(greet, id);
      }),
    );
    requests.open();
    await Promise.all(sends);
    for (let round = 0; round < 5; round++) await app.work();
    expect([...seen].toSorted(([a], [b]) => a - b)).toEqual(
      ids.map((id) => [id, { id, handled: id }]),
    );
    expect(app.logger.of('SqsProducer').filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('can be set in a handler whose task brought none', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Greeter {
      @Inject() private readonly context!: TaskContext;
      @Inject() private readonly sqs!: SqsProducer;

      @SqsTask('greet')
      async greet(): Promise<void> {
        this.context.set('step', 'greeted');
        await this.sqs.send(follow, 1);
      }

      @SqsTask('follow')
      follow(): void {
        seen.push(this.context.all());
      }
    }
    const app = await memoryApp({ controllers: [Greeter] });
    await app.producer.send(greet, 1);
    await app.work();
    expect(seen).toEqual([{ step: 'greeted' }]);
  });

  test('costs nothing where nobody uses it', async () => {
    const entered = vi.spyOn(AsyncLocalStorage.prototype, 'run');
    let count = 0;
    @Controller()
    class Greeter {
      @SqsTask('greet')
      greet(): void {
        count++;
      }
    }
    const app = await memoryApp({ controllers: [Greeter] });
    await app.producer.send(greet, 1);
    await app.work();
    expect(count).toBe(1);
    expect(app.app.get(TaskContext).isUsed).toBe(false);
    expect(entered).not.toHaveBeenCalled();
    entered.mockRestore();
  });

  test('is empty in a batch handler, which gets the context of each task beside its data', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Indexer {
      constructor(private readonly context: TaskContext) {}

      @SqsBatchTask('index', { maxSize: 2 })
      async index(@Payload() items: SqsBatchItem[]): Promise<void> {
        await Promise.resolve();
        seen.push(this.context.all(), ...items.map((item) => item.context.taskContext));
      }
    }
    const app = await memoryApp({ controllers: [Indexer] });
    const context = app.app.get(TaskContext);
    for (const user of ['ada', 'bob']) {
      await context.run({ user }, () => app.producer.send({ queue: 'jobs', pattern: 'index' }, 1));
    }
    await app.work();
    expect(seen).toEqual([{}, { user: 'ada' }, { user: 'bob' }]);
  });
});

describe('TaskContext in a middleware', () => {
  test('carries what came with the HTTP request', async () => {
    @Controller('hello')
    class Hello {
      constructor(private readonly sqs: SqsProducer) {}

      @Get()
      async hello(): Promise<void> {
        await this.sqs.send(greet, 1);
      }
    }
    const seen = new Set<unknown>();
    @Controller()
    class Greeter {
      constructor(private readonly context: TaskContext) {}
      @SqsTask('greet')
      greet(): void {
        seen.add(this.context.get('requestId'));
      }
    }
    const app = await memoryApp({
      kind: 'hybrid',
      prepare: (hybrid) => {
        const context = hybrid.get(TaskContext);
        hybrid.use((request: IncomingMessage, _response: unknown, next: () => void) => {
          context.run({ requestId: request.headers['x-request-id'] }, next);
        });
      },
      controllers: [Hello, Greeter],
    });
    const http = app.app as INestApplication;
    await http.listen(0, '127.0.0.1');
    const url = await http.getUrl();
    await Promise.all(
      ['a', 'b'].map((id) => fetch(`${url}/hello`, { headers: { 'x-request-id': id } })),
    );
    await app.work();
    expect(seen).toEqual(new Set(['a', 'b']));
  });
});
