import {
  Catch,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { ExceptionFilter, NestInterceptor, PipeTransform } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import {
  BaseRpcExceptionFilter,
  EventPattern,
  MessagePattern,
  RpcException,
} from '@nestjs/microservices';
import { catchError, of, throwError } from 'rxjs';
import { controlSignalOf, wasLogged } from '../../lib/contracts/index.js';
import {
  DeadLetterTaskError,
  DiscardTaskError,
  RetryTaskError,
  SqsTask,
} from '../../lib/nest/index.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeWorkers, startWorker } from './support/start-worker.js';

afterEach(closeWorkers);

const original = new TypeError('the original');

/** The error that decides the outcome, where the handler throws `error` under these enhancers. */
async function decided(error: unknown, ...enhancers: MethodDecorator[]): Promise<unknown> {
  @Controller()
  class Emails {
    @SqsTask('send_email')
    send(): void {
      throw error;
    }
  }
  const method = Object.getOwnPropertyDescriptor(Emails.prototype, 'send')!;
  for (const enhance of enhancers) enhance(Emails.prototype, 'send', method);
  const { parts } = await startWorker({ controllers: [Emails] });
  return parts.engine.failureOf({});
}

function filter(catches: (error: unknown) => unknown): ExceptionFilter {
  @Catch()
  class Filter implements ExceptionFilter {
    catch(error: unknown): unknown {
      return catches(error);
    }
  }
  return new Filter();
}

/** A class of its own for each app. */
function failingController(): new () => object {
  @Controller()
  class Emails {
    @MessagePattern('send_email')
    send(): void {
      throw original;
    }
  }
  return Emails;
}

describe('errors of handlers', () => {
  test('reach classification as they were thrown', async () => {
    expect(await decided(original)).toBe(original);
  });

  test('are not logged by Nest: the worker does it once, with the task’s facts', async () => {
    const logger = new RecordingLogger();
    const error = new TypeError('logged once');
    @Controller()
    class Emails {
      @EventPattern('created')
      created(_data: unknown): void {
        throw error;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails], logger });
    expect(await parts.engine.failureOf({ pattern: 'created' })).toBe(error);
    expect(wasLogged(error)).toBe(false);
    expect(logger.of('RpcExceptionsHandler')).toEqual([]);
  });

  test('are known to be in the log already, where a filter left them to Nest', async () => {
    const logger = new RecordingLogger();
    const error = new TypeError('logged by Nest');
    @Controller()
    class Emails {
      @UseFilters(
        filter((thrown) => new BaseRpcExceptionFilter().catch(thrown, undefined as never)),
      )
      @MessagePattern('send_email')
      send(_data: unknown): void {
        throw error;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails], logger });
    expect(await parts.engine.failureOf({})).toBe(error);
    expect(wasLogged(error)).toBe(true);
    expect(logger.of('RpcExceptionsHandler')).toHaveLength(1);
  });

  test.each([['a text'], [undefined], [{ code: 7 }]])('may be anything: %s', async (thrown) => {
    @Controller()
    class Emails {
      @MessagePattern('send_email')
      send(): Promise<never> {
        return Promise.reject(thrown);
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.failureOf({})).toBe(thrown);
  });

  test('are left to the filters of the class and of the app', async () => {
    @Catch(RangeError)
    class RangeFilter implements ExceptionFilter {
      catch = () => of('handled');
    }
    @Controller()
    @UseFilters(new RangeFilter())
    class Emails {
      @MessagePattern('range') range(): void {
        throw new RangeError('claimed by the class');
      }

      @MessagePattern('type') type(): void {
        throw original;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.failureOf({ pattern: 'range' })).toBeUndefined();
    expect(await parts.engine.failureOf({ pattern: 'type' })).toBe(original);
  });

  test('are not said to be logged where Nest is silent about them', async () => {
    const error = new RpcException('said no');
    expect(await decided(error)).toBe(error);
    expect(wasLogged(error)).toBe(false);
  });

  test('are found behind an RpcException that answers an object', async () => {
    const error = new RpcException({ code: 12 });
    expect(await decided(error)).toBe(error);
  });

  test('from an Observable reach classification too', async () => {
    @Controller()
    class Emails {
      @MessagePattern('send_email')
      send() {
        return throwError(() => original);
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.failureOf({})).toBe(original);
  });

  test('from a pipe reach classification too', async () => {
    const pipe: PipeTransform = {
      transform() {
        throw original;
      },
    };
    @Controller()
    class Emails {
      @UsePipes(pipe)
      @SqsTask('send_email')
      send(_data: unknown): void {}
    }
    Reflect.defineMetadata('design:paramtypes', [Object], Emails.prototype, 'send');
    const { Payload } = await import('@nestjs/microservices');
    Payload()(Emails.prototype, 'send', 0);
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.failureOf({})).toBe(original);
  });

  test('are handled by a filter that completes normally', async () => {
    expect(await decided(original, UseFilters(filter(() => of('handled'))))).toBeUndefined();
    expect(await decided(original, UseFilters(filter(async () => undefined)))).toBeUndefined();
  });

  test('give way to what a filter throws', async () => {
    const other = new RangeError('from the filter');
    const throwing = filter(() => {
      throw other;
    });
    expect(await decided(original, UseFilters(throwing))).toBe(other);
    expect(await decided(original, UseFilters(filter(() => throwError(() => other))))).toBe(other);
  });

  test('come back where a filter leaves them to Nest', async () => {
    const nests = new BaseRpcExceptionFilter<Error>();
    const leave = nests.catch.bind(nests) as (error: unknown) => unknown;
    const asking = filter((error) => leave(error));
    expect(await decided(original, UseFilters(asking))).toBe(original);
    // Nest takes a filter that returns nothing as one that did not handle the error.
    expect(await decided(original, UseFilters(filter(() => undefined)))).toBe(original);
  });

  test('are those that an interceptor of the class made of them', async () => {
    const mapped = new RangeError('mapped');
    const mapper: NestInterceptor = {
      intercept: (_context, next) => next.handle().pipe(catchError(() => throwError(() => mapped))),
    };
    @UseInterceptors(mapper)
    @Controller()
    class Emails {
      @SqsTask('send_email')
      send(): void {
        throw original;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.failureOf({})).toBe(mapped);
    expect(await decided(original, UseInterceptors(mapper))).toBe(mapped);
  });

  test('are left to filters of the app, in whichever way it got them', async () => {
    const handling = filter(() => of('handled'));
    const provided = await startWorker({
      controllers: [failingController()],
      providers: [{ provide: APP_FILTER, useValue: handling }],
    });
    expect(await provided.parts.engine.failureOf({})).toBeUndefined();
    const told = await startWorker({
      controllers: [failingController()],
      prepare: (app) => app.useGlobalFilters(handling),
    });
    expect(await told.parts.engine.failureOf({})).toBeUndefined();
  });

  test('follow the filters of their own app where several apps bind one class', async () => {
    const Emails = failingController();
    const plain = await startWorker({ controllers: [Emails] });
    expect(await plain.parts.engine.failureOf({})).toBe(original);
    const filtered = await startWorker({
      controllers: [Emails],
      providers: [{ provide: APP_FILTER, useValue: filter(() => of('handled')) }],
    });
    expect(await filtered.parts.engine.failureOf({})).toBeUndefined();
    const plainAgain = await startWorker({ controllers: [Emails] });
    expect(await plainAgain.parts.engine.failureOf({})).toBe(original);
  });

  test('of a guard reach classification too', async () => {
    const failure = await decided(original, UseGuards({ canActivate: () => false }));
    expect(failure).toBeInstanceOf(RpcException);
    expect(failure).toMatchObject({ message: 'Forbidden resource' });
    const denied = new TypeError('denied');
    const guard = {
      canActivate(): boolean {
        throw denied;
      },
    };
    expect(await decided(original, UseGuards(guard))).toBe(denied);
  });
});

describe('control errors', () => {
  test.each([
    [new RetryTaskError({ delaySeconds: 30 }), { kind: 'retry', delaySeconds: 30 }],
    [new RetryTaskError(), { kind: 'retry' }],
    [new DiscardTaskError('too old'), { kind: 'discard', reason: 'too old' }],
    [new DeadLetterTaskError('bad'), { kind: 'dead-letter', reason: 'bad' }],
  ])('come through Nest as they were thrown: %s', async (error, signal) => {
    const failure = await decided(error);
    expect(failure).toBe(error);
    expect(controlSignalOf(failure)).toEqual(signal);
    expect(wasLogged(failure)).toBe(false);
  });

  test('win over a filter, whatever it does', async () => {
    const error = new DiscardTaskError();
    const throwing = filter(() => throwError(() => original));
    expect(await decided(error, UseFilters(filter(() => of('handled'))))).toBe(error);
    expect(await decided(error, UseFilters(throwing))).toBe(error);
  });

  test('are undone by an interceptor that turns them into a value', async () => {
    const rescue: NestInterceptor = {
      intercept: (_context, next) => next.handle().pipe(catchError(() => of('rescued'))),
    };
    expect(await decided(new DiscardTaskError(), UseInterceptors(rescue))).toBeUndefined();
  });
});
