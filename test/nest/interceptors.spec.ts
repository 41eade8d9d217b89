import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { map, Observable, tap, throwError } from 'rxjs';
import {
  defineTask,
  SQS_SEND_INTERCEPTOR,
  SQS_TASK_INTERCEPTOR,
  SqsBatchTask,
  SqsTask,
  UseSendInterceptors,
} from '../../lib/index.js';
import type {
  Outcome,
  SendContext,
  SendHandler,
  SendResult,
  SqsBatchItem,
  SqsSendInterceptor,
  SqsTaskInterceptor,
  TaskChainHandler,
  TaskDelivery,
} from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const greet = { queue: 'jobs', pattern: 'greet' };

function taskInterceptor(name: string, order: string[]) {
  @Injectable()
  class Named implements SqsTaskInterceptor {
    intercept(_delivery: TaskDelivery, next: TaskChainHandler): Observable<Outcome> {
      order.push(`${name} in`);
      return next.handle().pipe(tap((outcome) => order.push(`${name} ${outcome.kind}`)));
    }
  }
  return Named;
}

function sendInterceptor(name: string, order: string[]) {
  @Injectable()
  class Named implements SqsSendInterceptor {
    intercept(send: SendContext, next: SendHandler): Observable<SendResult> {
      order.push(`${name} ${send.pattern}`);
      return next.handle();
    }
  }
  return Named;
}

function greeter(run: (data: unknown) => unknown = () => undefined) {
  @Controller()
  class Greeter {
    @SqsTask('greet')
    greet(@Payload() data: unknown): unknown {
      return run(data);
    }
  }
  return Greeter;
}

describe('interceptors by token', () => {
  test.each(['worker', 'hybrid'] as const)('run once per delivery in a %s app', async (kind) => {
    const order: string[] = [];
    @Module({
      providers: [{ provide: SQS_TASK_INTERCEPTOR, useClass: taskInterceptor('feature', order) }],
    })
    class Feature {}
    const app = await memoryApp({
      kind,
      imports: [Feature],
      module: { taskInterceptors: [taskInterceptor('options', order)] },
      providers: [
        { provide: SQS_TASK_INTERCEPTOR, useClass: taskInterceptor('first', order) },
        { provide: SQS_TASK_INTERCEPTOR, useValue: new (taskInterceptor('second', order))() },
        { provide: SQS_TASK_INTERCEPTOR, useClass: taskInterceptor('third', order) },
      ],
      controllers: [greeter()],
    });
    await app.producer.send(greet, 1);
    await app.work();
    const names = ['options', 'first', 'second', 'third', 'feature'];
    expect(order).toEqual([
      ...names.map((name) => `${name} in`),
      ...names.toReversed().map((name) => `${name} success`),
    ]);
  });

  test('wrap every send of every kind of app, several of a module included', async () => {
    const order: string[] = [];
    @Injectable()
    class Names {
      readonly prefix = 'made';
    }
    const make = (names: Names) => new (sendInterceptor(names.prefix, order))();
    const app = await memoryApp({
      kind: 'web',
      providers: [
        Names,
        { provide: SQS_SEND_INTERCEPTOR, inject: [Names], useFactory: make },
        { provide: SQS_SEND_INTERCEPTOR, useClass: sendInterceptor('last', order) },
      ],
    });
    await app.producer.sendMany(greet, [1, 2]);
    expect(order.toSorted()).toEqual(['last greet', 'last greet', 'made greet', 'made greet']);
  });

  test('may not be request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    const provider = {
      provide: SQS_TASK_INTERCEPTOR,
      inject: [PerRequest],
      useFactory: () => taskInterceptor('any', []),
    };
    const start = memoryApp({ kind: 'web', providers: [PerRequest, provider] });
    await expect(start).rejects.toThrow('A provider of SQS_TASK_INTERCEPTOR needs one instance');
  });
});

describe('the task chain', () => {
  test('hands the data that an interceptor made to the handler', async () => {
    const seen: unknown[] = [];
    const shout: SqsTaskInterceptor = {
      intercept(delivery, next) {
        delivery.data = String(delivery.data).toUpperCase();
        return next.handle();
      },
    };
    const controllers = [greeter((data) => seen.push(data))];
    const app = await memoryApp({ controllers, module: { taskInterceptors: [shout] } });
    await app.producer.send(greet, 'ada');
    await app.work();
    expect(seen).toEqual(['ADA']);
  });

  test('what an inner interceptor throws is an outcome for the outer ones', async () => {
    const order: string[] = [];
    const broken: SqsTaskInterceptor = { intercept: () => throwError(() => new Error('broken')) };
    const taskInterceptors = [taskInterceptor('outer', order), broken];
    const app = await memoryApp({ controllers: [greeter()], module: { taskInterceptors } });
    await app.producer.send(greet, 1);
    await app.work();
    expect(order).toEqual(['outer in', 'outer retry']);
  });

  test('may change the outcome', async () => {
    const forgiving: SqsTaskInterceptor = {
      intercept: (_delivery, next) => next.handle().pipe(map(() => ({ kind: 'success' }))),
    };
    const controllers = [greeter(() => Promise.reject(new Error('never mind')))];
    const module = { taskInterceptors: [forgiving] };
    const app = await memoryApp({ controllers, module });
    await app.producer.send(greet, 1);
    await app.work();
    expect(app.service.stats('jobs')).toMatchObject({ visible: 0, inflight: 0 });
  });

  test('may run the handler inside of an AsyncLocalStorage of its own', async () => {
    const storage = new AsyncLocalStorage<string>();
    const enter: SqsTaskInterceptor = {
      intercept: (delivery, next) =>
        new Observable((subscriber) =>
          storage.run(String(delivery.context['user']), () => next.handle().subscribe(subscriber)),
        ),
    };
    const seen: unknown[] = [];
    const controllers = [greeter(() => seen.push(storage.getStore()))];
    const app = await memoryApp({ controllers, module: { taskInterceptors: [enter] } });
    await app.producer.send(greet, 1, { taskContext: { user: 'ada' } });
    await app.work();
    expect(seen).toEqual(['ada']);
  });

  test('surrounds each task of a batch', async () => {
    const order: string[] = [];
    @Controller()
    class Indexer {
      @SqsBatchTask('index', { maxSize: 2 })
      index(@Payload() items: SqsBatchItem[]) {
        order.push(`batch of ${items.length}`);
        return { batchItemFailures: [{ itemIdentifier: items[1]?.messageId ?? '' }] };
      }
    }
    const module = { taskInterceptors: [taskInterceptor('each', order)] };
    const app = await memoryApp({ controllers: [Indexer], module });
    await app.producer.sendMany({ queue: 'jobs', pattern: 'index' }, [1, 2]);
    await app.work();
    expect(order).toEqual(['each in', 'each in', 'batch of 2', 'each success', 'each retry']);
  });
});

describe('@UseSendInterceptors', () => {
  test('on a class wraps sends of the tasks that it declares or handles, and no others', async () => {
    const order: string[] = [];
    @Injectable()
    class Names {}
    @Injectable()
    class Stamp implements SqsSendInterceptor {
      constructor(@Inject(Names) readonly names: Names) {}

      intercept(send: SendContext, next: SendHandler): Observable<SendResult> {
        order.push(`${this.names.constructor.name} ${send.pattern}`);
        return next.handle();
      }
    }
    @Controller()
    @UseSendInterceptors(Stamp)
    class EmailTasks {
      static readonly send = defineTask<number>('send_email', { queue: 'jobs' });

      @SqsTask('check_email')
      check(): void {}
    }
    const app = await memoryApp({ kind: 'web', providers: [Names], controllers: [EmailTasks] });
    await app.producer.send(EmailTasks.send, 1);
    await app.producer.send({ queue: 'jobs', pattern: 'check_email' }, 2);
    await app.producer.send(greet, 3);
    expect(order).toEqual(['Names send_email', 'Names check_email']);
  });

  test('on a handler method wraps sends of its task, inside of those of the whole app', async () => {
    const order: string[] = [];
    @Controller()
    class Greeter {
      @UseSendInterceptors(sendInterceptor('own', order))
      @SqsTask('greet')
      greet(): void {}

      @SqsTask('other')
      other(): void {}
    }
    const module = { sendInterceptors: [sendInterceptor('all', order)] };
    const app = await memoryApp({ controllers: [Greeter], module });
    await app.producer.send(greet, 1);
    await app.producer.send({ queue: 'jobs', pattern: 'other' }, 1);
    expect(order).toEqual(['all greet', 'own greet', 'all other']);
  });
});
