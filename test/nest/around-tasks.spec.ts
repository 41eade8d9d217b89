import { Controller, Injectable, Module } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { tap } from 'rxjs';
import {
  SQS_TASK_INTERCEPTOR,
  SqsModule,
  SqsProducer,
  SqsTask,
  sqsWorker,
} from '../../lib/index.js';
import type { SqsTaskInterceptor } from '../../lib/index.js';
import { SqsHarness, SqsTestingModule } from '../../lib/testing/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const tasks = ['early', 'late'].map((pattern) => ({ queue: 'jobs', pattern }));

test('a global interceptor is before and after the handlers of every module, and sees their errors', async () => {
  const calls: string[] = [];
  const handlerOf = (pattern: string) => {
    @Controller()
    class Handler {
      @SqsTask(pattern)
      run(data: string): void {
        calls.push(`${pattern} runs`);
        if (data === 'fail') throw new Error('no');
      }
    }
    return Handler;
  };
  @Injectable()
  class Around implements NestInterceptor {
    intercept(context: ExecutionContext, next: CallHandler) {
      const data: unknown = context.switchToRpc().getData();
      calls.push(`before ${String(data)}`);
      const after = () => calls.push(`after ${String(data)}`);
      const failed = (error: Error) => calls.push(`failed: ${error.message}`);
      return next.handle().pipe(tap({ complete: after, error: failed }));
    }
  }
  @Module({ controllers: [handlerOf('late')] })
  class Late {}
  const app = await memoryApp({
    controllers: [handlerOf('early')],
    providers: [{ provide: APP_INTERCEPTOR, useClass: Around }],
    imports: [Late],
    worker: { concurrency: 1, prefetch: 0 },
  });
  for (const task of tasks) await app.producer.send(task, 'work');
  await app.work();
  expect(calls).toEqual(
    tasks.flatMap(({ pattern }) => ['before work', `${pattern} runs`, 'after work']),
  );
  calls.length = 0;
  await app.producer.send(tasks[0], 'fail');
  await app.work();

  expect(calls).toEqual(['before fail', 'early runs', 'failed: no']);
});

describe('a part of the app', () => {
  test('that injection makes is replaced in a test, and what it did changes', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Greeter {
      @SqsTask('greet')
      greet(data: unknown): void {
        seen.push(data);
      }
    }
    class Changing {
      readonly intercept = changing('by the app').intercept;
    }
    @Module({
      imports: [SqsModule.forRoot({ queues: ['jobs'] })],
      controllers: [Greeter],
      providers: [Changing, { provide: SQS_TASK_INTERCEPTOR, useExisting: Changing }],
    })
    class AppModule {}
    const started = async (override?: SqsTaskInterceptor) => {
      const builder = Test.createTestingModule({
        imports: [AppModule, SqsTestingModule.forRoot()],
      });
      if (override !== undefined) builder.overrideProvider(Changing).useValue(override);
      const app = (await builder.compile()).createNestMicroservice(sqsWorker({ queues: ['jobs'] }));
      await app.listen();
      await app.get(SqsProducer).send({ queue: 'jobs', pattern: 'greet' }, 'as sent');
      await app.get(SqsHarness).flush();
      await app.close();
    };
    await started();
    await started(changing('by the test'));

    expect(seen).toEqual(['by the app', 'by the test']);
  });
});

function changing(to: string): SqsTaskInterceptor {
  return {
    intercept(delivery, next) {
      delivery.data = to;
      return next.handle();
    },
  };
}
