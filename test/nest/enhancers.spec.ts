import {
  Controller,
  Inject,
  Injectable,
  ParseIntPipe,
  Scope,
  UseGuards,
  UseInterceptors,
  ValidationPipe,
} from '@nestjs/common';
import type { CanActivate, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { CONTEXT, Ctx, Payload, Server } from '@nestjs/microservices';
import { IsEmail } from 'class-validator';
import { map } from 'rxjs';
import { SqsContext, SqsTask } from '../../lib/nest/index.js';
import { closeWorkers, startWorker } from './support/start-worker.js';

afterEach(closeWorkers);

describe('enhancers of a task handler', () => {
  test('pipes change the payload', async () => {
    @Controller()
    class Numbers {
      @SqsTask('double')
      double(@Payload('n', ParseIntPipe) n: number): number {
        return n * 2;
      }
    }
    const { parts } = await startWorker({ controllers: [Numbers] });
    expect(await parts.engine.run({ pattern: 'double', data: { n: '21' } })).toBe(42);
  });

  test('a global validation pipe refuses data that does not fit the class', async () => {
    class Email {
      @IsEmail()
      to!: string;
    }
    @Controller()
    class Emails {
      @SqsTask('send_email')
      send(@Payload() data: Email): string {
        return data.to;
      }
    }
    const { parts } = await startWorker({
      controllers: [Emails],
      prepare: (app) => app.useGlobalPipes(new ValidationPipe()),
    });
    expect(await parts.engine.run({ data: { to: 'a@b.cc' } })).toBe('a@b.cc');
    expect(await parts.engine.failureOf({ data: { to: 'nobody' } })).toMatchObject({
      message: 'Bad Request Exception',
    });
  });

  test('guards see the task and its context', async () => {
    const seen: unknown[] = [];
    const guard: CanActivate = {
      canActivate(context: ExecutionContext) {
        const rpc = context.switchToRpc();
        seen.push(context.getType(), rpc.getData(), rpc.getContext<SqsContext>().queue);
        return true;
      },
    };
    @UseGuards(guard)
    @Controller()
    class Emails {
      @SqsTask('send_email')
      send(): string {
        return 'sent';
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.run({ data: 1 })).toBe('sent');
    expect(seen).toEqual(['rpc', 1, 'emails']);
  });

  test('interceptors stand around the handler', async () => {
    const doubling: NestInterceptor = {
      intercept: (_context, next) => next.handle().pipe(map((n: number) => n * 2)),
    };
    @Controller()
    class Numbers {
      @UseInterceptors(doubling)
      @SqsTask('n')
      n(): number {
        return 21;
      }
    }
    const { parts } = await startWorker({ controllers: [Numbers] });
    expect(await parts.engine.run({ pattern: 'n' })).toBe(42);
  });

  test('request-scoped providers are made anew for each task, and see its context', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class PerTask {
      readonly number = ++made;
      constructor(@Inject(CONTEXT) readonly request: { data: unknown; context: SqsContext }) {}
    }
    @Controller()
    class Emails {
      constructor(@Inject(PerTask) private readonly perTask: PerTask) {}
      @SqsTask('send_email')
      send(@Ctx() context: SqsContext): unknown[] {
        const { request, number } = this.perTask;
        return [number, request.data, request.context === context];
      }
    }
    const { parts } = await startWorker({ controllers: [Emails], providers: [PerTask] });
    expect(await parts.engine.run({ data: 'a' })).toEqual([1, 'a', true]);
    expect(await parts.engine.run({ data: 'b' })).toEqual([2, 'b', true]);
  });

  test('errors of request-scoped handlers reach classification as they were thrown', async () => {
    const error = new TypeError('scoped');
    @Controller({ scope: Scope.REQUEST })
    class Emails {
      @SqsTask('send_email')
      send(): void {
        throw error;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.failureOf({})).toBe(error);
  });

  test('processing hooks stand around each delivery once, whatever its handlers do', async ({
    skip,
  }) => {
    skip(!('setOnProcessingStartHook' in Server.prototype), 'this Nest has none');
    const calls: string[] = [];
    @Controller()
    class Emails {
      @SqsTask('send_email')
      send(): void {
        calls.push('handler');
        throw new Error('no');
      }
    }
    const { parts } = await startWorker({
      controllers: [Emails],
      prepare(app) {
        const server = Reflect.get(
          app,
          'serverInstance',
        ) as import('../../lib/nest/index.js').ServerSqs;
        server.setOnProcessingStartHook((_transport, _context, done) => {
          calls.push('start');
          void done();
        });
        server.setOnProcessingEndHook(() => void calls.push('end'));
      },
    });
    await parts.engine.failureOf({});
    expect(calls).toEqual(['start', 'handler', 'end']);
  });

  test('handlers run where Nest has no processing hooks yet, as in 11.1.3', async () => {
    const calls: string[] = [];
    @Controller()
    class Emails {
      @SqsTask('send_email')
      send(): void {
        calls.push('handler');
      }
    }
    const { parts } = await startWorker({
      controllers: [Emails],
      prepare(app) {
        const server = Reflect.get(app, 'serverInstance') as object;
        for (const name of ['runWithProcessingHooks', 'onProcessingStartHook'])
          Reflect.set(server, name, undefined);
      },
    });
    await parts.engine.run({});
    expect(calls).toEqual(['handler']);
  });
});
