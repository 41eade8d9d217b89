import { Controller, Injectable } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { firstValueFrom, Observable, Subject } from 'rxjs';
import { SqsContext, SqsRawTask, SqsTask, SqsBatchTask } from '../../lib/nest/index.js';
import type { SqsBatchItem } from '../../lib/nest/index.js';
import { settlePromises } from '../../lib/primitives/manual-clock.js';
import { fakeDelivery } from './support/fake-delivery.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeWorkers, startWorker } from './support/start-worker.js';

afterEach(closeWorkers);

describe('handlers', () => {
  test('give the payload and the context to a plain message handler', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Emails {
      @MessagePattern('send_email')
      send(@Payload() data: unknown, @Ctx() context: SqsContext): string {
        seen.push(data, context.queue, context.pattern, context.message.id, context.taskContext);
        return 'sent';
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    const value = await parts.engine.run({ data: { to: 'a' }, context: { user: 7 } });
    expect(value).toBe('sent');
    expect(seen).toEqual([{ to: 'a' }, 'emails', 'send_email', 'm-1', { user: 7 }]);
  });

  test('let the context extend, acknowledge and watch its delivery', async () => {
    @Controller()
    class Emails {
      @SqsTask('send_email')
      async send(@Payload() _data: unknown, @Ctx() context: SqsContext): Promise<boolean> {
        await context.extend(90);
        context.ack();
        return context.signal.aborted;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    const delivery = fakeDelivery();
    delivery.abort(new Error('enough'));
    expect(await parts.engine.runDelivery(delivery)).toBe(true);
    expect(delivery.extendedBy).toEqual([90]);
    expect(delivery.acked).toBe(1);
  });

  test('wait for an Observable to complete and answer its last value', async () => {
    const source = new Subject<number>();
    @Controller()
    class Emails {
      @SqsTask('send_email')
      send(): Observable<number> {
        return source;
      }
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    let ended = false;
    const run = parts.engine.run({}).finally(() => (ended = true));
    await settlePromises();
    source.next(1);
    source.next(2);
    await settlePromises();
    expect(ended).toBe(false);
    source.complete();
    expect(await run).toBe(2);
  });

  test('serve a bound pattern from its queue alone, and prefer it there to an unbound one', async () => {
    @Controller()
    class Emails {
      @MessagePattern('send_email', { queue: 'bulk' })
      bulk(): string {
        return 'bulk';
      }
      @MessagePattern('send_email')
      any(): string {
        return 'any';
      }
      @SqsTask({ pattern: 'only_bulk', queue: 'bulk' })
      onlyBulk(): void {}
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    const { handlers } = parts.engine.setup;
    expect(await parts.engine.run({ queue: 'bulk' })).toBe('bulk');
    expect(await parts.engine.run({ queue: 'emails' })).toBe('any');
    expect(handlers.find('emails', 'only_bulk')).toBeUndefined();
    expect(handlers.patternsOf('emails')).toEqual(['send_email']);
  });

  test('consume every bound queue where the worker names none', async () => {
    @Controller()
    class Emails {
      @SqsTask('a', { queue: 'one' })
      a(): void {}
      @SqsRawTask({ queue: 'two' })
      b(): void {}
      @MessagePattern('c')
      c(): void {}
    }
    const { parts } = await startWorker({ controllers: [Emails], worker: {} });
    expect(parts.engine.setup.queues.map((queue) => queue.name)).toEqual(['one', 'two']);
  });

  test('run every event handler, and fail only after all have ended', async () => {
    const ended: string[] = [];
    const release = new Subject<void>();
    @Controller()
    class Audit {
      @EventPattern('user.created')
      fails(_data: unknown): void {
        ended.push('failed');
        throw new Error('first');
      }
      @EventPattern('user.created')
      async slow(_data: unknown): Promise<void> {
        await firstValueFrom(release);
        ended.push('slow');
      }
    }
    const { parts } = await startWorker({ controllers: [Audit] });
    let settled = false;
    const failure = parts.engine
      .failureOf({ pattern: 'user.created' })
      .finally(() => (settled = true));
    await settlePromises();
    expect(ended).toEqual(['failed']);
    expect(settled).toBe(false);
    release.next();
    expect(await failure).toMatchObject({ message: 'first' });
    expect(ended).toEqual(['failed', 'slow']);
  });

  test('name themselves by class and method, and so do tasks without a name', async () => {
    @Controller()
    class Emails {
      @SqsTask()
      send(): string {
        return 'by method';
      }
      @MessagePattern('plain')
      plain(): void {}
    }
    const { parts } = await startWorker({ controllers: [Emails] });
    expect(await parts.engine.run({ pattern: 'Emails.send' })).toBe('by method');
    expect(parts.engine.setup.handlers.find('emails', 'plain')?.handler.name).toBe('Emails.plain');
  });

  test('may be a class with run()', async () => {
    @SqsTask('resize', { timeoutMs: 5_000 })
    class Resize {
      run(@Payload() data: { width: number }): number {
        return data.width;
      }
    }
    const { parts } = await startWorker({ controllers: [Resize] });
    expect(await parts.engine.run({ pattern: 'resize', data: { width: 3 } })).toBe(3);
    const match = parts.engine.setup.handlers.find('emails', 'resize');
    expect(match?.handler.options.timeoutMs).toBe(5_000);
  });

  test('may be a class with run() whose dependencies are injected', async () => {
    class Sizes {
      readonly factor = 2;
    }
    @SqsTask('resize')
    class Resize {
      constructor(private readonly sizes: Sizes) {}
      run(@Payload() data: { width: number }): number {
        return data.width * this.sizes.factor;
      }
    }
    const { parts } = await startWorker({ controllers: [Resize], providers: [Sizes] });
    expect(await parts.engine.run({ pattern: 'resize', data: { width: 3 } })).toBe(6);
  });

  test('refuse a task class without run()', () => {
    class Empty {
      walk(): void {}
    }
    expect(() => SqsTask('x')(Empty)).toThrow(
      'Empty is decorated as a task but has no run() method',
    );
  });

  test('get the whole message in a raw handler', async () => {
    @Controller()
    class Cron {
      @SqsRawTask({ queue: 'cron' })
      tick(@Payload() message: { body: string }): string {
        return message.body;
      }
    }
    const { parts } = await startWorker({ controllers: [Cron] });
    const { handlers } = parts.engine.setup;
    const delivery = fakeDelivery({ body: 'tick' });
    expect(await handlers.findRaw('cron')?.run(delivery, undefined)).toBe('tick');
    expect(handlers.findRaw('emails')).toBeUndefined();
    expect(handlers.patternsOf('cron')).toEqual([]);
  });
});

describe('declarations', () => {
  test('are checked where they stand', () => {
    expect(() => SqsTask('x', { timeoutMs: 0 })).toThrow('Invalid options for @SqsTask()');
    expect(() => SqsBatchTask('x', { maxSize: 0 })).toThrow('maxSize');
    expect(() => SqsRawTask({ queue: 'q', timeout: 1 } as never)).toThrow('timeout');
  });

  test('on a provider are warned about, because Nest never binds them', async () => {
    @Injectable()
    class Service {
      @SqsTask('x')
      handle(): void {}
    }
    const logger = new RecordingLogger();
    await startWorker({ providers: [Service], logger });
    const warnings = logger.of('SqsWorker').map((line) => line.message);
    expect(warnings).toEqual([
      'Service.handle is decorated as a handler, but never runs. ' +
        'Nest binds handlers of controllers only: list its class under controllers.',
    ]);
  });
});

describe('batch handlers', () => {
  test('succeed as a whole where they answer nothing', async () => {
    const seen: unknown[] = [];
    const failed = await runBatch((items) => void seen.push(...items.map((item) => item.data)));
    expect(failed.size).toBe(0);
    expect(seen).toEqual([1, 2]);
  });

  test('fail only what they name', async () => {
    const failed = await runBatch(() => ({ batchItemFailures: [{ itemIdentifier: 'b' }] }));
    expect([...failed.keys()]).toEqual(['b']);
  });

  test('fail as a whole where they throw, with the original error', async () => {
    const error = new TypeError('index is down');
    const failed = await runBatch(() => {
      throw error;
    });
    expect([...failed.entries()]).toEqual([
      ['a', error],
      ['b', error],
    ]);
  });

  test('fail as a whole where the answer names a message that is not in the batch', async () => {
    const failed = await runBatch(() => ({ batchItemFailures: [{ itemIdentifier: 'zzz' }] }));
    expect([...failed.keys()]).toEqual(['a', 'b']);
  });
});

describe('conflicts', () => {
  test('refuse two message handlers for one task', async () => {
    @Controller()
    class Emails {
      @MessagePattern('send_email')
      one(): void {}
      @MessagePattern('send_email')
      two(): void {}
    }
    const start = startWorker({ controllers: [Emails] });
    await expect(start).rejects.toThrow(
      'Task "send_email" on every queue would be handled by Emails.one (message) and Emails.two (message)',
    );
  });

  test('refuse a message and an event handler for one task', async () => {
    @Controller()
    class Emails {
      @MessagePattern('x', { queue: 'emails' })
      one(): void {}
      @EventPattern('x', { queue: 'emails' })
      two(_data: unknown): void {}
    }
    await expect(startWorker({ controllers: [Emails] })).rejects.toThrow(
      'Task "x" on queue "emails" would be handled by Emails.one (message) and Emails.two (event)',
    );
  });

  test('refuse a worker that has nothing to consume', async () => {
    await expect(startWorker({ worker: {} })).rejects.toThrow('expected queues to consume');
  });
});

async function runBatch(answer: (items: SqsBatchItem[]) => unknown) {
  @Controller()
  class Index {
    @SqsBatchTask('index', { queue: 'index', maxSize: 50, maxWaitMs: 20 })
    index(@Payload() items: SqsBatchItem[]): unknown {
      return answer(items);
    }
  }
  const { parts } = await startWorker({ controllers: [Index] });
  const match = parts.engine.setup.handlers.find('index', 'index');
  if (match?.kind !== 'batch') throw new Error('expected a batch handler');
  expect(match.handler.options).toMatchObject({ maxSize: 50, maxWaitMs: 20 });
  const deliveries = [fakeDelivery({ id: 'a', data: 1 }), fakeDelivery({ id: 'b', data: 2 })];
  return match.handler.run(deliveries, [1, 2]);
}
