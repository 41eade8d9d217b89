import { Catch, Controller, Injectable, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { ExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import { z } from 'zod';
import {
  constant,
  defineTask,
  discard,
  ForbiddenReplyQueueError,
  GatewayError,
  InvalidMessageDataError,
  InvalidTaskDataError,
  OnTaskError,
  PreTask,
  retry,
  SqsBatchTask,
  SqsConsumer,
  SqsProducer,
  SqsRawTask,
  SqsTask,
  UndecodableMessageError,
  UnknownTaskError,
} from '../../lib/index.js';
import type { OutcomePolicy, SqsTaskInterceptor, StandardSchema } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import type { MemoryApp } from './support/memory-app.js';

afterEach(closeApps);

/** Deletes what counts as invalid or unknown, so that a task which is still there was counted as failed. */
const policies = {
  onError: retry(constant(600)),
  onInvalidMessage: discard(),
  onUnknownTask: discard(),
} as const;

const charge = { queue: 'jobs', pattern: 'charge' };
const followUp = defineTask('follow_up', {
  queue: 'jobs',
  schema: z.object({ n: z.number() }),
});
const wrong = { n: 'text' } as never;

const thrown: [string, unknown][] = [
  ['InvalidTaskDataError', new InvalidTaskDataError({ pattern: 'other', issues: ['no'] })],
  [
    'InvalidMessageDataError',
    new InvalidMessageDataError({ pattern: 'other', queue: 'other', issues: ['no'] }),
  ],
  ['UndecodableMessageError', new UndecodableMessageError({ problem: 'no' })],
  ['UnknownTaskError', new UnknownTaskError({ pattern: 'other', queue: 'other', known: [] })],
  ['ForbiddenReplyQueueError', new ForbiddenReplyQueueError({ replyTo: 'x', allowed: 'none' })],
  [
    'GatewayError',
    new GatewayError({ kind: 'access-denied', operation: 'SendMessage', detail: 'no' }),
  ],
  ['an RpcException around one', new RpcException(new UndecodableMessageError({ problem: 'no' }))],
];

/** What is in the queue, and how many payloads of deleted tasks were logged. */
function stateOf(app: MemoryApp) {
  const states = app.service.messages('jobs').map(({ state }) => state);
  return { states, discarded: app.logger.of('SqsMessages').length };
}

/** Hidden for its back-off; nothing was deleted. */
const retried = { states: ['inflight'], discarded: 0 };

describe('what a handler throws is a failure of the handler, whatever its class', () => {
  test.each(thrown)('%s, from a task', async (_name, error) => {
    @Controller()
    class Bank {
      @SqsTask('charge')
      charge(): void {
        throw error;
      }
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    await app.producer.send(charge, 1);
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test.each(thrown)('%s, from a batch', async (_name, error) => {
    @Controller()
    class Bank {
      @SqsBatchTask('charge')
      charge(): void {
        throw error;
      }
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    await app.producer.send(charge, 1);
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test.each(thrown)('%s, from a raw handler', async (_name, error) => {
    @Controller()
    class Bank {
      @SqsRawTask({ queue: 'jobs' })
      charge(): void {
        throw error;
      }
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    await app.producer.send(charge, 1);
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test.each(thrown)('%s, from an event handler', async (_name, error) => {
    @Controller()
    class Bank {
      @EventPattern('charge')
      charge(_data: unknown): void {
        throw error;
      }
      @EventPattern('charge')
      note(_data: unknown): void {}
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    await app.producer.send(charge, 1);
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test.each(thrown)('%s, from an Observable, a guard, a pipe, a filter', async (_name, error) => {
    @Catch()
    class Filter implements ExceptionFilter {
      catch(): unknown {
        return throwError(() => error);
      }
    }
    @Controller()
    class Bank {
      @MessagePattern('observable')
      observable(): unknown {
        return throwError(() => error);
      }
      @MessagePattern('guard')
      @UseGuards({ canActivate: () => rejected(error) })
      guard(): void {}
      @MessagePattern('pipe')
      @UsePipes({ transform: () => rejected(error) })
      pipe(@Payload() _data: unknown): void {}
      @MessagePattern('filter')
      @UseFilters(new Filter())
      filter(): void {
        throw new Error('first');
      }
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    for (const pattern of ['observable', 'guard', 'pipe', 'filter']) {
      await app.producer.send({ queue: 'jobs', pattern }, 1);
    }
    await app.work();
    expect(app.service.stats('jobs').inflight).toBe(4);
    expect(app.logger.of('SqsMessages')).toEqual([]);
  });

  test('a follow-up task whose data is refused leaves the task that sends it to be retried', async () => {
    @Controller()
    class Bank {
      constructor(private readonly sqs: SqsProducer) {}
      @SqsTask('charge')
      async charge(): Promise<void> {
        await this.sqs.send(followUp, wrong);
      }
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    await app.producer.send(charge, 1);
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test('a nested runLocal() of a task whose data is refused, or that is not there, does too', async () => {
    @Controller()
    class Bank {
      constructor(private readonly sqs: SqsProducer) {}
      @SqsTask('charge')
      async charge(@Payload() which: string): Promise<void> {
        if (which === 'refused') await this.sqs.runLocal(followUp, wrong);
        else await this.sqs.runLocal({ queue: 'jobs', pattern: 'nobody' }, 1);
      }
      @SqsTask(followUp)
      next(): void {}
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    for (const which of ['refused', 'missing']) await app.producer.send(charge, which);
    await app.work();
    expect(app.service.stats('jobs').inflight).toBe(2);
    expect(app.logger.of('SqsMessages')).toEqual([]);
  });

  test("another delivery's error that a handler passes on does too", async () => {
    @Controller()
    class Bank {
      constructor(private readonly consumer: SqsConsumer) {}
      @SqsTask('charge')
      async charge(): Promise<void> {
        const { failed } = await this.consumer.processBatch('others');
        for (const { error } of failed) throw error;
      }
    }
    const app = await memoryApp({
      controllers: [Bank],
      queues: ['jobs', 'others'],
      worker: { queues: ['jobs'], ...policies },
    });
    await app.producer.queue('others').sendRaw('not a task');
    await app.producer.send(charge, 1);
    await app.work();
    await app.clock.advance(2_000);
    // The other one is discarded, as the worker says of what is invalid.
    expect(app.service.messages('others')).toEqual([]);
    expect(stateOf(app).states).toEqual(retried.states);
  });
});

describe('received data that a schema refuses', () => {
  test('falls under onInvalidMessage, with an error class of its own', async () => {
    const { Bank, Audit, seen } = typed();
    const app = await memoryApp({ controllers: [Bank], providers: [Audit], worker: policies });
    await app.producer.send({ queue: 'jobs', pattern: 'follow_up' }, { n: 'text' });
    await app.work();
    const [error] = app.app.get(Audit).errors;
    expect(error).toBeInstanceOf(InvalidMessageDataError);
    expect(error).not.toBeInstanceOf(InvalidTaskDataError);
    expect(error).toMatchObject({ pattern: 'follow_up', queue: 'jobs' });
    expect((error as Error).message).toMatch(/"follow_up" on queue "jobs".*n: /);
    expect(seen).toEqual([]);
    expect(app.service.messages('jobs')).toEqual([]);
  });

  test("falls under the handler's own policy first", async () => {
    const { Bank, Audit } = typed(retry(constant(600)));
    const app = await memoryApp({ controllers: [Bank], providers: [Audit], worker: policies });
    await app.producer.send({ queue: 'jobs', pattern: 'follow_up' }, { n: 'text' });
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test('is not deleted by ack: before first', async () => {
    const { Bank, Audit } = typed(retry(constant(600)));
    const worker = { ...policies, ack: 'before' } as const;
    const app = await memoryApp({ controllers: [Bank], providers: [Audit], worker });
    await app.producer.send({ queue: 'jobs', pattern: 'follow_up' }, { n: 'text' });
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test.each([
    ['throws', () => rejected(new Error('the database is away'))],
    ['rejects', () => Promise.reject(new Error('the database is away'))],
  ])('a schema that %s says nothing about the data: onError decides', async (_how, validate) => {
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'own', validate } };
    const unsure = defineTask('unsure', { queue: 'jobs', schema });
    @Controller()
    class Bank {
      @SqsTask(unsure)
      run(): void {}
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    await app.producer.send({ queue: 'jobs', pattern: 'unsure' }, 1);
    await app.work();
    expect(stateOf(app)).toEqual(retried);
  });

  test('keeps no other task of its batch from the handler', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Bank {
      @SqsBatchTask(followUp, { onInvalidMessage: retry(constant(600)) })
      next(@Payload() items: { data: unknown }[]): void {
        seen.push(...items.map(({ data }) => data));
      }
    }
    const app = await memoryApp({ controllers: [Bank], worker: policies });
    for (const n of [1, 'text', 2]) {
      await app.producer.send({ queue: 'jobs', pattern: 'follow_up' }, { n });
    }
    await app.work();
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
    expect(stateOf(app)).toEqual(retried);
  });
});

describe("a handler's own onError", () => {
  @Injectable()
  class Broken {
    @PreTask()
    start(): void {
      throw new Error('not ready');
    }
  }

  const interceptors: Record<string, () => SqsTaskInterceptor> = {
    'that throws': () => ({
      intercept: () => {
        throw new Error('not ready');
      },
    }),
    'that fails later': () => ({ intercept: () => throwError(() => new Error('not ready')) }),
  };

  test.each(['Task', 'Batch', 'Raw'] as const)(
    'decides where a @PreTask() throws before it: %s',
    async (kind) => {
      const controllers = [handlers(discard())[kind]];
      const app = await memoryApp({ controllers, providers: [Broken] });
      await app.producer.send(charge, 1);
      await app.work();
      expect(app.service.messages('jobs')).toEqual([]);
    },
  );

  test.each(['Task', 'Batch', 'Raw'] as const)(
    'decides the delay where a @PreTask() throws before it: %s',
    async (kind) => {
      const controllers = [handlers(retry(constant(600)))[kind]];
      const app = await memoryApp({
        controllers,
        providers: [Broken],
        worker: { onError: discard() },
      });
      await app.producer.send(charge, 1);
      await app.clock.advance(590_000);
      expect(app.service.messages('jobs').map(({ receiveCount }) => receiveCount)).toEqual([1]);
    },
  );

  test.each(Object.entries(interceptors))(
    'decides about a task interceptor %s',
    async (_name, made) => {
      const app = await memoryApp({
        controllers: [handlers(discard()).Task],
        module: { taskInterceptors: [made()] },
      });
      await app.producer.send(charge, 1);
      await app.work();
      expect(app.service.messages('jobs')).toEqual([]);
    },
  );

  test('decides about a task that ran past its time limit', async () => {
    @Controller()
    class Bank {
      @SqsTask('charge', { onError: discard(), timeoutMs: 100 })
      charge(@Ctx() { signal }: { signal: AbortSignal }): Promise<never> {
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      }
    }
    const app = await memoryApp({ controllers: [Bank] });
    await app.producer.send(charge, 1);
    await app.work();
    expect(app.service.messages('jobs')).toEqual([]);
  });

  test('a @PreTask() that throws meets the worker where nobody handles the task', async () => {
    const app = await memoryApp({
      controllers: [],
      providers: [Broken],
      worker: { onError: discard(), onUnknownTask: retry(constant(600)) },
    });
    await app.producer.send(charge, 1);
    await app.work();
    expect(app.service.messages('jobs')).toEqual([]);
  });
});

/** A handler with a schema, and what becomes of its deliveries. */
function typed(onInvalidMessage?: OutcomePolicy) {
  const seen: unknown[] = [];
  @Controller()
  class Bank {
    @SqsTask(followUp, onInvalidMessage === undefined ? {} : { onInvalidMessage })
    next(@Payload() data: unknown): void {
      seen.push(data);
    }
  }
  @Injectable()
  class Audit {
    readonly errors: unknown[] = [];
    @OnTaskError()
    note(error: unknown): void {
      this.errors.push(error);
    }
  }
  return { Bank, Audit, seen };
}

/** One handler of each kind. */
function handlers(onError: OutcomePolicy) {
  @Controller()
  class Task {
    @SqsTask('charge', { onError })
    charge(): void {}
  }
  @Controller()
  class Batch {
    @SqsBatchTask('charge', { onError })
    charge(): void {}
  }
  @Controller()
  class Raw {
    @SqsRawTask({ queue: 'jobs', onError })
    charge(): void {}
  }
  return { Task, Batch, Raw };
}

function rejected(error: unknown): never {
  throw error;
}
