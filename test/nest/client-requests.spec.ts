import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { Observable, of, Subject } from 'rxjs';
import {
  GatewayError,
  InvalidOptionsError,
  RemoteTaskError,
  RequestAbandonedError,
  RequestTimeoutError,
} from '../../lib/contracts/index.js';
import { retry } from '../../lib/consumer/retry/index.js';
import { DiscardTaskError, SqsContext, SqsRecord } from '../../lib/nest/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { OWN_REPLIES, requestSetup, watch } from './support/requests.js';

const setup = requestSetup;

describe('ClientSqs.send()', () => {
  test('gives what the handler returns, as one message, and nothing is left', async () => {
    @Controller()
    class Prices {
      @MessagePattern({ cmd: 'price' })
      price(@Payload() data: { of: string }): unknown {
        return { of: data.of, cents: 42 };
      }
    }
    const { client, worker, service, clock, closeAll, replyQueues } = setup();
    await worker(Prices);
    const seen = watch((await client()).client.send({ cmd: 'price' }, { of: 'tea' }));
    await clock.advance(2_000);
    expect(seen).toEqual({ values: [{ of: 'tea', cents: 42 }], isComplete: true });
    const [replies = ''] = replyQueues();
    expect(service.stats(replies)).toMatchObject({ sent: 1, deleted: 1 });
    expect(service.stats('jobs')).toMatchObject({ sent: 1, deleted: 1 });
    await closeAll();
    expect(replyQueues()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('gives the values of a stream in order, whatever order they come in', async () => {
    const values = new Subject<number>();
    @Controller()
    class Counts {
      @MessagePattern('count')
      count(): Observable<number> {
        return values;
      }
    }
    const { client, worker, service, clock, closeAll } = setup();
    service.afterCall = (operation, queue, _request, answer) =>
      operation === 'ReceiveMessage' && queue.includes('replies-')
        ? (answer as unknown[]).toReversed()
        : undefined;
    await worker(Counts);
    const seen = watch((await client()).client.send('count', {}));
    await clock.advance(1_500);
    values.next(1);
    await clock.advance(10);
    expect(seen.values).toEqual([1]);
    for (const value of [2, 3, 4]) values.next(value);
    values.complete();
    await clock.advance(500);
    expect(seen).toEqual({ values: [1, 2, 3, 4], isComplete: true });
    await closeAll();
  });

  test('completes without a value where the handler gives none', async () => {
    @Controller()
    class Silent {
      @MessagePattern('quiet')
      quiet(): void {}
    }
    const { client, worker, clock, closeAll } = setup();
    await worker(Silent);
    const seen = watch((await client()).client.send('quiet', {}));
    await clock.advance(2_000);
    expect(seen).toEqual({ values: [], isComplete: true });
    await closeAll();
  });

  test('is off until it is told where to wait', async () => {
    const { client, service, closeAll } = setup();
    const seen = watch((await client({})).client.send('price', {}));
    await vi.waitFor(() => expect(seen.error).toBeInstanceOf(InvalidOptionsError));
    expect(String(seen.error)).toContain("prefix: 'replies-', create: true");
    expect(service.stats('jobs').sent).toBe(0);
    await closeAll();
  });

  test('fails with the class and message of the error once nobody tries again, never with its stack', async () => {
    class CardDeclinedError extends Error {}
    let attempts = 0;
    @Controller()
    class Payments {
      @MessagePattern('pay')
      pay(): void {
        attempts++;
        throw new CardDeclinedError('insufficient funds');
      }
    }
    const { client, worker, service, clock, closeAll, replyQueues } = setup();
    await worker(Payments, { onError: retry(() => 2) });
    const seen = watch((await client()).client.send('pay', {}));
    await clock.advance(1_500);
    expect([attempts, seen.error]).toEqual([1, undefined]);
    await clock.advance(5_000);
    expect(attempts).toBe(3);
    expect(seen.error).toBeInstanceOf(RemoteTaskError);
    expect(seen.error).toMatchObject({
      remoteName: 'CardDeclinedError',
      message: 'insufficient funds',
    });
    expect(service.stats(replyQueues()[0] ?? '').sent).toBe(1);
    await closeAll();
  });

  test('fails at once where the handler gives the task up, with what an RpcException carries', async () => {
    @Controller()
    class Failing {
      @MessagePattern('discard')
      discard(): void {
        throw new DiscardTaskError('no such customer');
      }

      @MessagePattern('rpc')
      rpc(@Ctx() context: SqsContext): void {
        if (context.attempt === 3) throw new RpcException({ code: 'E_FUNDS', message: 'no funds' });
        context.retry({ delaySeconds: 0 });
      }
    }
    const { client, worker, clock, closeAll } = setup();
    await worker(Failing);
    const { client: jobs } = await client();
    const [discarded, failed] = [watch(jobs.send('discard', {})), watch(jobs.send('rpc', {}))];
    await clock.advance(3_000);
    expect(discarded.error).toMatchObject({
      remoteName: 'DiscardTaskError',
      message: 'Discarded: no such customer',
    });
    expect(failed.error).toMatchObject({ details: { code: 'E_FUNDS' } });
    await closeAll();
  });

  test('fails where nobody handles the task and its queue gives it up', async () => {
    @Controller()
    class Nothing {
      @MessagePattern('other')
      other(): void {}
    }
    const { client, worker, clock, closeAll } = setup();
    await worker(Nothing, { onUnknownTask: { kind: 'discard' } });
    const seen = watch((await client()).client.send('price', {}));
    await clock.advance(2_000);
    expect(seen.error).toMatchObject({ remoteName: 'UnknownTaskError' });
    await closeAll();
  });

  test('fails with what sending failed with', async () => {
    const { client, clock, closeAll } = setup();
    const { client: jobs } = await client();
    const seen = watch(jobs.send('price', new SqsRecord({}, { delaySeconds: 901 })));
    await clock.advance(1_500);
    expect(String(seen.error)).toContain('delaySeconds');
    await closeAll();
  });
});

describe('a reply that does not come', () => {
  test('fails the call after its time, and the expired request is discarded unrun', async () => {
    const ran: unknown[] = [];
    @Controller()
    class Prices {
      @MessagePattern('price')
      price(@Payload() data: unknown): void {
        ran.push(data);
      }
    }
    const { client, worker, service, clock, closeAll } = setup();
    const { client: jobs } = await client({ reply: OWN_REPLIES, timeoutMs: 10_000 });
    const long = watch(jobs.send('price', 1));
    const short = watch(jobs.send('price', new SqsRecord(2, { timeoutMs: 5_000 })));
    await clock.advance(5_000);
    expect(short.error).toBeInstanceOf(RequestTimeoutError);
    expect(long.error).toBeUndefined();
    await clock.advance(5_001);
    expect(long.error).toMatchObject({ queue: 'jobs', pattern: 'price', timeoutMs: 10_000 });
    await worker(Prices);
    await clock.advance(1_000);
    expect(ran).toEqual([]);
    expect(service.stats('jobs')).toMatchObject({ sent: 2, deleted: 2 });
    await closeAll();
  });

  test('comes late, and is deleted and ignored', async () => {
    const finish = deferred<string>();
    @Controller()
    class Slow {
      @MessagePattern('slow')
      slow(): Promise<string> {
        return finish.promise;
      }
    }
    const { client, worker, service, clock, closeAll, replyQueues, logger } = setup();
    await worker(Slow);
    const { client: jobs } = await client({ reply: OWN_REPLIES, timeoutMs: 5_000 });
    const late = watch(jobs.send('slow', {}));
    await clock.advance(6_000);
    expect(late.error).toBeInstanceOf(RequestTimeoutError);
    finish.resolve('done');
    await clock.advance(100);
    const next = watch(jobs.send('slow', {}));
    await clock.advance(1_000);
    expect(next.values).toEqual(['done']);
    expect(late.values).toEqual([]);
    expect(service.stats(replyQueues()[0] ?? '')).toMatchObject({ sent: 2, deleted: 2 });
    expect(linesOf(logger, 'debug')).toContain('A late or repeated reply was ignored');
    await closeAll();
  });

  test('was lost on its way, and comes again before the time is over', async () => {
    const { client, worker, service, clock, closeAll } = setup();
    let lost = 0;
    service.afterCall = (operation, queue, _request, answer) => {
      const isFirst = operation === 'ReceiveMessage' && queue.includes('replies-') && lost === 0;
      if (!isFirst || (answer as unknown[]).length === 0) return undefined;
      lost++;
      return [];
    };
    await worker(Echo);
    const { client: jobs } = await client({ reply: OWN_REPLIES, timeoutMs: 60_000 });
    const seen = watch(jobs.send('echo', 7));
    await clock.advance(25_000);
    expect([lost, seen.values]).toEqual([1, []]);
    await clock.advance(20_000);
    expect(seen).toEqual({ values: [7], isComplete: true });
    await closeAll();
  });

  test('comes more than once, and counts once', async () => {
    const { client, worker, service, clock, closeAll, replyQueues } = setup();
    let lost = 0;
    service.afterCall = (operation, queue) => {
      if (operation !== 'SendMessageBatch' || !queue.includes('replies-') || lost === 2) return;
      lost++;
      throw unavailable();
    };
    await worker(Echo);
    const seen = watch((await client()).client.send('echo', 7));
    await clock.advance(10_000);
    expect(seen).toEqual({ values: [7], isComplete: true });
    const [replies = ''] = replyQueues();
    const next = watch((await client()).client.send('echo', 8));
    await clock.advance(2_000);
    expect(next.values).toEqual([8]);
    expect(service.stats(replies)).toMatchObject({ sent: 3 });
    await closeAll();
  });

  test('cannot be sent: the task runs again, because its reply is part of it', async () => {
    const { client, worker, service, clock, closeAll } = setup();
    let refused = 0;
    service.beforeCall = (operation, queue) => {
      if (operation !== 'SendMessageBatch' || !queue.includes('replies-') || refused === 5) return;
      refused++;
      throw unavailable();
    };
    await worker(Echo);
    const seen = watch((await client()).client.send('echo', 'again'));
    await clock.advance(25_000);
    expect(seen).toEqual({ values: ['again'], isComplete: true });
    expect(echoed.filter((value) => value === 'again')).toHaveLength(2);
    await closeAll();
  });

  test('has a value that cannot travel: the caller is told, and the task is not run again', async () => {
    let runs = 0;
    @Controller()
    class Big {
      @MessagePattern('big')
      big(): string {
        runs++;
        return 'x'.repeat(1_048_576);
      }
    }
    const { client, worker, service, clock, closeAll } = setup();
    await worker(Big);
    const seen = watch((await client()).client.send('big', {}));
    await clock.advance(2_000);
    expect(seen.error).toMatchObject({ remoteName: 'MessageTooLargeError' });
    expect([runs, service.stats('jobs').deleted]).toEqual([1, 1]);
    await closeAll();
  });

  test('is too large for the queue of the replies: the caller is told, and the task is not run again', async () => {
    let runs = 0;
    @Controller()
    class Big {
      @MessagePattern('big')
      big(): string {
        runs++;
        return 'x'.repeat(4_096);
      }
    }
    const { client, worker, service, gateway, clock, closeAll } = setup();
    await gateway.createQueue('replies-1', { attributes: { MaximumMessageSize: '1024' } });
    await worker(Big);
    const { client: requester } = await client({ reply: { queue: 'replies-1' } });
    const seen = watch(requester.send('big', {}));
    await clock.advance(5_000);
    expect(seen.error).toMatchObject({ remoteName: 'SendFailedError' });
    expect([runs, service.stats('jobs').deleted]).toEqual([1, 1]);
    await closeAll();
  });

  test('has such a value in the middle of a stream: what came before counts', async () => {
    @Controller()
    class Mixed {
      @MessagePattern('mixed')
      mixed(): Observable<unknown> {
        return of(1, 'x'.repeat(1_048_576), 3);
      }
    }
    const { client, worker, clock, closeAll } = setup();
    await worker(Mixed);
    const seen = watch((await client()).client.send('mixed', {}));
    await clock.advance(2_000);
    expect(seen.values).toEqual([1]);
    expect(seen.error).toMatchObject({ remoteName: 'MessageTooLargeError' });
    await closeAll();
  });

  test('would come after the request has expired: the error is told now', async () => {
    @Controller()
    class Failing {
      @MessagePattern('fail')
      fail(): void {
        throw new TypeError('not yet');
      }
    }
    const { client, worker, clock, closeAll } = setup();
    await worker(Failing, { onError: retry(() => 60) });
    const seen = watch((await client()).client.send('fail', {}));
    await clock.advance(2_000);
    expect(seen.error).toMatchObject({ remoteName: 'TypeError', message: 'not yet' });
    await closeAll();
  });

  test('has no reader any more: the task has succeeded all the same, and it is said once', async () => {
    const values = new Subject<number>();
    @Controller()
    class Counts {
      @MessagePattern('count')
      count(): Observable<number> {
        return values;
      }
    }
    const { client, worker, service, clock, closeAll, logger, replyQueues } = setup();
    await worker(Counts);
    const requester = await client();
    watch(requester.client.send('count', {}));
    await clock.advance(1_500);
    await closeAll([requester.app]);
    expect(replyQueues()).toEqual([]);
    for (const value of [1, 2, 3]) values.next(value);
    values.complete();
    await clock.advance(1_000);
    expect(service.stats('jobs')).toMatchObject({ deleted: 1, visible: 0, inflight: 0 });
    const gone = 'Nobody waits for a reply any more: its queue is gone';
    expect(linesOf(logger, 'log').filter((line) => line === gone)).toHaveLength(1);
    expect(linesOf(logger, 'error')).toEqual([]);
    await closeAll();
  });
});

describe('closing', () => {
  test('fails what waits, deletes the reply queue and leaves no timer', async () => {
    const { client, clock, closeAll, replyQueues } = setup();
    const { client: jobs } = await client();
    const seen = watch(jobs.send('price', {}));
    await clock.advance(1_500);
    expect(replyQueues()).toHaveLength(1);
    await closeAll();
    expect(seen.error).toBeInstanceOf(RequestAbandonedError);
    expect(replyQueues()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('an ended subscription waits no more, and an idle client makes no request', async () => {
    const { client, service, clock, closeAll } = setup();
    const { client: jobs } = await client();
    const subscription = jobs.send('price', {}).subscribe();
    await clock.advance(1_500);
    subscription.unsubscribe();
    await clock.advance(25_000);
    service.calls.reset();
    await clock.advance(600_000);
    expect(service.calls.of('ReceiveMessage')).toBe(0);
    expect(service.calls.of('DeleteMessageBatch')).toBe(0);
    await closeAll();
  });
});

const echoed: unknown[] = [];

@Controller()
class Echo {
  @MessagePattern('echo')
  echo(@Payload() data: unknown): Observable<unknown> {
    echoed.push(data);
    return of(data);
  }
}

function unavailable(): GatewayError {
  return new GatewayError({ kind: 'unavailable', operation: 'SendMessageBatch', detail: 'down' });
}

function linesOf(
  logger: { lines: { level: string; message: unknown }[] },
  level: string,
): unknown[] {
  return logger.lines
    .filter((line) => line.level === level)
    .map(({ message }) =>
      typeof message === 'object' && message !== null && 'message' in message
        ? message.message
        : message,
    );
}
