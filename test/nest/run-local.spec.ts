import {
  Catch,
  Controller,
  Inject,
  Injectable,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
} from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { EMPTY, map, of } from 'rxjs';
import { z } from 'zod';
import {
  DiscardTaskError,
  defineTask,
  InvalidTaskDataError,
  PreTask,
  retry,
  SqsBatchTask,
  SqsContext,
  SqsTask,
  TaskContext,
  TaskNotFoundError,
} from '../../lib/index.js';
import type { SqsBatchItem } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import type { MemoryApp } from './support/memory-app.js';

afterEach(closeApps);

const kinds = ['worker', 'hybrid', 'web'] as const;
const double = defineTask<{ n: string }>('double', { queue: 'jobs' });

function sentCount(app: MemoryApp): number {
  const { visible, inflight, delayed } = app.service.stats('jobs');
  return visible + inflight + delayed;
}

function task(pattern: string) {
  return { queue: 'jobs', pattern };
}

describe.each(kinds)('runLocal in a %s app', (kind) => {
  test('answers what the handler does, through its guards, pipes and interceptors, and sends nothing', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Greeting {
      readonly text = 'twice';
    }
    @Injectable()
    class Guard implements CanActivate {
      constructor(@Inject(Greeting) private readonly greeting: Greeting) {}
      canActivate(context: ExecutionContext): boolean {
        const rpc = context.switchToRpc();
        seen.push(this.greeting.text, context.getType(), rpc.getData(), rpc.getContext());
        return true;
      }
    }
    @Injectable()
    class Label implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler) {
        return next.handle().pipe(map((value: unknown) => `= ${String(value)}`));
      }
    }
    @Controller()
    @UseGuards(Guard)
    class Numbers {
      @UseInterceptors(Label)
      @SqsTask(double)
      double(@Ctx() context: SqsContext, @Payload('n', ParseIntPipe) n: number): number {
        seen.push(context.queue, context.pattern, context.attempt, context.signal.aborted);
        return n * 2;
      }
    }
    const app = await memoryApp({ kind, controllers: [Numbers], providers: [Greeting] });
    expect(await app.producer.runLocal(double, { n: '21' })).toBe('= 42');
    const context = expect.any(SqsContext) as unknown;
    expect(seen).toEqual(['twice', 'rpc', { n: '21' }, context, 'jobs', 'double', 1, false]);
    expect(await app.producer.bake(double, { n: '4' }).runLocal()).toBe('= 8');
    expect(sentCount(app)).toBe(0);
  });

  test('rejects with what the handler threw, and lets filters handle it', async () => {
    const error = new TypeError('no such user');
    const given = new DiscardTaskError('old');
    @Catch(RangeError)
    class AnswerInstead implements ExceptionFilter {
      catch() {
        return of('filtered');
      }
    }
    @Controller()
    class Users {
      @SqsTask('fail')
      @UseFilters(AnswerInstead)
      fail(@Payload() what: string): void {
        if (what === 'range') throw new RangeError('too far');
        throw what === 'discard' ? given : error;
      }
    }
    const app = await memoryApp({ kind, controllers: [Users] });
    await expect(app.producer.runLocal(task('fail'), 'x')).rejects.toBe(error);
    await expect(app.producer.runLocal(task('fail'), 'discard')).rejects.toBe(given);
    await expect(app.producer.runLocal(task('fail'), 'range')).resolves.toBe('filtered');
  });

  test('says so where the handler is not in this app', async () => {
    @Controller()
    class Elsewhere {
      @SqsTask('bound', { queue: 'other' })
      bound(): void {}
    }
    const worker = { onUnknownTask: retry() };
    const app = await memoryApp({ kind, worker, controllers: [Elsewhere] });
    await expect(app.producer.runLocal(double, { n: '1' })).rejects.toThrow(TaskNotFoundError);
    await expect(app.producer.runLocal(task('bound'), 1)).rejects.toThrow(
      'No handler for task "bound" in this app; runLocal() needs it here.',
    );
    await expect(app.producer.bake(double, { n: '1' }).runLocal()).rejects.toThrow(
      TaskNotFoundError,
    );
  });

  test('serves plain, undecorated, event, batch, Observable and request-scoped handlers', async () => {
    const seen: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Controller()
    class Scoped {
      constructor(@Inject(PerRequest) private readonly own: PerRequest) {}

      @MessagePattern('scoped')
      scoped(data: unknown): unknown {
        seen.push(this.own);
        return data;
      }
    }
    @Controller()
    class Plain {
      @EventPattern('event')
      one(@Payload() data: unknown): void {
        seen.push(`one ${String(data)}`);
      }

      @EventPattern('event')
      two(data: unknown): void {
        seen.push(`two ${String(data)}`);
      }

      @SqsBatchTask('batch')
      batch(@Payload() [first]: SqsBatchItem<string>[]) {
        seen.push(first?.data);
        if (first?.data === 'bad') throw new Error('bad batch');
      }

      @MessagePattern('empty')
      empty() {
        return EMPTY;
      }
    }
    const providers = [PerRequest];
    const app = await memoryApp({ kind, providers, controllers: [Scoped, Plain] });
    expect(await app.producer.runLocal(task('scoped'), 1)).toBe(1);
    expect(await app.producer.runLocal(task('scoped'), 2)).toBe(2);
    const [first, second] = seen.splice(0);
    expect(first).toBeInstanceOf(PerRequest);
    expect(first).not.toBe(second);
    expect(await app.producer.runLocal(task('event'), 3)).toBeUndefined();
    expect(await app.producer.runLocal(task('batch'), 'good')).toBeUndefined();
    await expect(app.producer.runLocal(task('batch'), 'bad')).rejects.toThrow('bad batch');
    expect(await app.producer.runLocal(task('empty'), 4)).toBeUndefined();
    expect(seen).toEqual(['one 3', 'two 3', 'good', 'bad']);
  });

  test('checks the data as a delivery would, without hooks, in a context of its own', async () => {
    const count = defineTask('count', {
      queue: 'jobs',
      schema: z.object({ n: z.coerce.number() }),
    });
    let hooked = 0;
    @Injectable()
    class Hooks {
      @PreTask()
      start(): void {
        hooked++;
      }
    }
    @Controller()
    class Counter {
      constructor(private readonly context: TaskContext) {}

      @SqsTask(count)
      count(@Payload() { n }: { n: number }, @Ctx() context: SqsContext): unknown {
        this.context.set('step', 'inside');
        return { n, user: this.context.get('user'), travelled: context.taskContext };
      }
    }
    const app = await memoryApp({ kind, controllers: [Counter], providers: [Hooks] });
    const context = app.app.get(TaskContext);
    await context.run({ user: 'ada' }, async () => {
      expect(await app.producer.runLocal(count, { n: '5' })).toEqual({
        n: 5,
        user: 'ada',
        travelled: { user: 'ada' },
      });
      expect(context.get('step')).toBeUndefined();
    });
    await expect(app.producer.runLocal(count, { n: 'x' })).rejects.toThrow(InvalidTaskDataError);
    expect(hooked).toBe(0);
  });
});

test('a task reference is no function: calling it does not compile', () => {
  // @ts-expect-error -- a contract describes a task; SqsProducer sends it or runs it
  expect(() => double({ n: '1' })).toThrow(TypeError);
});
