import { Controller, Global, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  crash,
  DiscardTaskError,
  OnTaskError,
  PostSend,
  PostTask,
  PreSend,
  PreTask,
  retry,
  RetryTaskError,
  ScopedHookError,
  SqsConsumer,
  SqsContext,
  SqsTask,
} from '../../lib/index.js';
import type { Outcome, SendContext, SendResult, TaskDelivery } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const greet = { queue: 'jobs', pattern: 'greet' };

/** A handler that notes what it gets, and throws what the data tells it to. */
function recordingHandler(seen: unknown[]) {
  @Controller()
  class Greeter {
    @SqsTask('greet')
    greet(@Payload() data: unknown): string {
      seen.push(data);
      if (data instanceof Object && 'fail' in data) throw new Error(String(data.fail));
      if (data === 'retry') throw new RetryTaskError({ delaySeconds: 900 });
      if (data === 'discard') throw new DiscardTaskError('old');
      return 'hello';
    }
  }
  return Greeter;
}

/** Writes down every call of every kind of hook around tasks. */
function recordingHooks(calls: unknown[]) {
  @Injectable()
  class Audit {
    @PreTask()
    start(delivery: TaskDelivery): void {
      calls.push(['start', delivery.data]);
    }

    @PostTask()
    done(delivery: TaskDelivery, outcome: Outcome): void {
      calls.push(['done', delivery.data, outcome.kind]);
    }

    @PostTask({ on: 'any' })
    end(delivery: TaskDelivery, outcome: Outcome): void {
      calls.push(['end', delivery.data, outcome.kind]);
    }

    @OnTaskError()
    failed(error: unknown, delivery: TaskDelivery): void {
      calls.push(['failed', delivery.pattern, (error as Error).message]);
    }
  }
  return Audit;
}

describe('@PreSend and @PostSend', () => {
  test('change what is sent, and hear what SQS answered', async () => {
    const seen: unknown[] = [];
    const results: [SendContext, SendResult][] = [];
    @Injectable()
    class Audit {
      @PreSend()
      async before(send: SendContext): Promise<void> {
        send.data = { wrapped: send.data };
        send.options.delaySeconds = 2;
      }

      @PostSend()
      after(send: SendContext, result: SendResult): void {
        results.push([send, result]);
      }
    }
    const app = await memoryApp({ providers: [Audit], controllers: [recordingHandler(seen)] });
    const sent = await app.producer.send(greet, 'Ada');
    await app.clock.advance(1_900);
    expect(seen).toEqual([]);
    await app.clock.advance(1_000);
    expect(seen).toEqual([{ wrapped: 'Ada' }]);
    expect(results).toEqual([
      [{ ...greet, data: { wrapped: 'Ada' }, options: { delaySeconds: 2 } }, sent],
    ]);
  });

  test('a @PreSend that throws stops the send, and the sender gets its error', async () => {
    const refused = new Error('not on Sundays');
    let heard = 0;
    @Injectable()
    class Audit {
      @PreSend()
      before(): void {
        throw refused;
      }

      @PostSend()
      after(): void {
        heard++;
      }
    }
    const app = await memoryApp({ kind: 'web', providers: [Audit] });
    await expect(app.producer.send(greet, 1)).rejects.toBe(refused);
    expect(app.service.stats('jobs').visible).toBe(0);
    expect(heard).toBe(0);
  });

  test('a @PostSend that throws is reported, and the send stays sent', async () => {
    @Injectable()
    class Audit {
      @PostSend()
      after(): void {
        throw new Error('no disk');
      }
    }
    const app = await memoryApp({ kind: 'web', providers: [Audit] });
    await expect(app.producer.send(greet, 1)).resolves.toMatchObject({ queue: 'jobs' });
    expect(app.logger.of('SqsProducer')).toMatchObject([
      { level: 'error', message: { hook: 'Audit.after' } },
    ]);
  });
});

describe('@PreTask, @PostTask and @OnTaskError', () => {
  test.each(['worker', 'hybrid'] as const)('surround a task in a %s app', async (kind) => {
    const calls: unknown[] = [];
    const providers = [recordingHooks(calls)];
    const app = await memoryApp({ kind, providers, controllers: [recordingHandler([])] });
    await app.producer.send(greet, 'Ada');
    await app.work();
    expect(calls).toEqual([
      ['start', 'Ada'],
      ['done', 'Ada', 'success'],
      ['end', 'Ada', 'success'],
    ]);
  });

  test('see the id that the sender was answered, as the handler does', async () => {
    const seen: string[] = [];
    @Injectable()
    class Audit {
      @PreTask()
      start({ message }: TaskDelivery): void {
        seen.push(message.id);
      }
    }
    @Controller()
    class Greeter {
      @SqsTask('greet')
      greet(@Ctx() { message }: SqsContext): void {
        seen.push(message.id);
      }
    }
    const app = await memoryApp({ providers: [Audit], controllers: [Greeter] });
    const { messageId } = await app.producer.send(greet, 'hello');
    await app.work();
    expect(seen).toEqual([messageId, messageId]);
  });

  test('a failed task is told to @OnTaskError once, and not to a plain @PostTask', async () => {
    const calls: unknown[] = [];
    const providers = [recordingHooks(calls)];
    const app = await memoryApp({ providers, controllers: [recordingHandler([])] });
    await app.producer.send(greet, { fail: 'no way' });
    await app.work();
    expect(calls).toEqual([
      ['start', { fail: 'no way' }],
      ['end', { fail: 'no way' }, 'retry'],
      ['failed', 'greet', 'no way'],
    ]);
  });

  test('a retry that the handler asked for is no failure; giving a task up is one', async () => {
    const calls: unknown[] = [];
    const providers = [recordingHooks(calls)];
    const app = await memoryApp({ providers, controllers: [recordingHandler([])] });
    await app.producer.send(greet, 'retry');
    await app.work();
    await app.producer.send(greet, 'discard');
    await app.work();
    expect(calls.filter((call) => (call as string[])[0] !== 'start')).toEqual([
      ['end', 'retry', 'retry'],
      ['end', 'discard', 'discard'],
      ['failed', 'greet', 'Discarded: old'],
    ]);
  });

  test('an error that crashes the worker is told, and so are those of a batch that the app asks for', async () => {
    const calls: unknown[] = [];
    const providers = [recordingHooks(calls)];
    const controllers = [recordingHandler([])];
    const app = await memoryApp({ providers, controllers, worker: { onError: crash() } });
    await app.producer.send(greet, { fail: 'fatal' });
    await app.work();
    expect(calls.at(-1)).toEqual(['failed', 'greet', 'fatal']);
    calls.length = 0;
    await app.clock.advance(30_000);
    const batch = app.app.get(SqsConsumer).processBatch('jobs');
    await app.work();
    expect((await batch).failed).toHaveLength(1);
    expect(calls.map((call) => (call as string[])[0])).toEqual(['start', 'end', 'failed']);
  });

  test('unknown tasks are failures too', async () => {
    const calls: unknown[] = [];
    const worker = { onUnknownTask: retry() };
    const app = await memoryApp({ worker, providers: [recordingHooks(calls)] });
    await app.producer.send({ queue: 'jobs', pattern: 'nobody' }, 1);
    await app.work();
    expect(calls.at(-1)).toEqual([
      'failed',
      'nobody',
      'No handler for task "nobody" on queue "jobs". Handled here: none.',
    ]);
  });

  test('a @PreTask that throws fails the task, wherever @OnTaskError stands', async () => {
    const seen: unknown[] = [];
    const failures: unknown[] = [];
    @Injectable()
    class First {
      @PreTask()
      start(): void {
        throw new Error('not ready');
      }
    }
    @Injectable()
    class Second {
      @OnTaskError()
      failed(error: unknown): void {
        failures.push((error as Error).message);
      }
    }
    const controllers = [recordingHandler(seen)];
    const app = await memoryApp({ providers: [First, Second], controllers });
    await app.producer.send(greet, 'Ada');
    await app.work();
    expect(seen).toEqual([]);
    expect(failures).toEqual(['not ready']);
    expect(app.service.stats('jobs').inflight).toBe(1);
  });

  test('what throws after the task is reported and changes nothing', async () => {
    @Injectable()
    class Broken {
      @PostTask({ on: 'any' })
      async end(): Promise<void> {
        throw new Error('broken end');
      }

      @OnTaskError()
      failed(): void {
        throw new Error('broken notice');
      }
    }
    const seen: unknown[] = [];
    const app = await memoryApp({ providers: [Broken], controllers: [recordingHandler(seen)] });
    await app.producer.send(greet, 'Ada');
    await app.work();
    await app.producer.send(greet, { fail: 'x' });
    await app.work();
    expect(seen).toEqual(['Ada', { fail: 'x' }]);
    // The first is deleted, the second waits for its retry.
    expect(app.service.stats('jobs')).toMatchObject({ visible: 0, inflight: 1 });
    const reported = app.logger.lines.flatMap(({ message }) =>
      message instanceof Object && 'hook' in message ? [message.hook] : [],
    );
    expect(reported).toEqual(['Broken.end', 'Broken.end', 'Broken.failed']);
  });

  test('run in the order of modules, then of declaration', async () => {
    const order: string[] = [];
    const hooks = (name: string) => {
      @Injectable()
      class Hooks {
        @PreTask()
        start(): void {
          order.push(`${name} start`);
        }

        @PostTask()
        @PreSend()
        both(first: object): void {
          order.push(`${name} ${'message' in first ? 'end' : 'send'}`);
        }
      }
      return Hooks;
    };
    @Global()
    @Module({ providers: [hooks('later')] })
    class Later {}
    const controllers = [recordingHandler([])];
    const providers = [hooks('one'), hooks('two')];
    const app = await memoryApp({ imports: [Later], providers, controllers });
    await app.producer.send(greet, 'Ada');
    await app.work();
    expect(order).toEqual([
      'one send',
      'two send',
      'later send',
      'one start',
      'two start',
      'later start',
      'one end',
      'two end',
      'later end',
    ]);
  });

  test('work on controllers, and are inherited', async () => {
    const calls: string[] = [];
    class Base {
      @PreTask()
      start(): void {
        calls.push(this.constructor.name);
      }
    }
    @Controller()
    class Greeter extends Base {
      @SqsTask('greet')
      greet(): void {}
    }
    const app = await memoryApp({ controllers: [Greeter] });
    await app.producer.send(greet, 'Ada');
    await app.work();
    expect(calls).toEqual(['Greeter']);
  });
});

describe('hooks without one instance', () => {
  test.each([Scope.REQUEST, Scope.TRANSIENT])('are refused at start in scope %s', async (scope) => {
    @Injectable({ scope })
    class Audit {
      @PreTask()
      start(): void {}
    }
    const start = memoryApp({ providers: [Audit] });
    await expect(start).rejects.toThrow(ScopedHookError);
    await expect(start).rejects.toThrow('Audit.start(), a @PreTask() hook, needs one instance');
  });

  test('are refused where they inject something request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class User {}
    @Injectable()
    class Audit {
      constructor(@Inject(User) readonly user: User) {}

      @PreSend()
      before(): void {}
    }
    const start = memoryApp({ kind: 'web', providers: [User, Audit] });
    await expect(start).rejects.toThrow('Audit.before(), a @PreSend() hook, needs one instance');
  });
});
