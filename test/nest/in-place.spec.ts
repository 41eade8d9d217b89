import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  constant,
  deadLetter,
  DeadLetterTaskError,
  discard,
  InvalidOptionsError,
  retry,
  SqsContext,
  SqsModule,
  SqsTask,
  sqsWorker,
  squids,
  zcSqs,
  type QueueOptions,
} from '../../lib/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { startEmbedded } from '../support/embedded.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import { bodiesIn, deadLetterAll, fill } from './support/operations-app.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeApps);
afterEach(closeWorkers);

interface Seen {
  data: unknown;
  queue: string;
  pattern: string | undefined;
}

const dead = { name: 'emails-dead', handlersOf: 'emails' };

function handlers(seen: Seen[], fail?: () => unknown, options = {}) {
  @Controller()
  class Emails {
    @SqsTask('greet', { queue: 'emails', ...options })
    greet(@Payload() data: unknown, @Ctx() context: SqsContext): void {
      seen.push({ data, queue: context.queue, pattern: context.pattern });
      const error = fail?.();
      if (error !== undefined) throw error;
    }
  }
  return Emails;
}

/** A worker on the dead-letter queue alone, with the handlers of the queue whose dead letters lie there. */
async function inPlace(controller: ReturnType<typeof handlers>, queue: Partial<QueueOptions> = {}) {
  const deadLetters = { queue: 'emails-dead', maxReceiveCount: 1 };
  const app = await memoryApp({
    kind: 'worker',
    controllers: [controller],
    queues: ['unused'],
    module: {
      queues: [{ name: 'emails', deadLetter: deadLetters, ...queue }],
      onMissingQueue: 'create',
    },
    worker: { queues: [dead], onError: retry(constant(5)) },
  });
  return app;
}

describe('handlers of a queue on its dead-letter queue', () => {
  test('do the dead letters there, and settle them there', async () => {
    const seen: Seen[] = [];
    const app = await inPlace(handlers(seen));
    await app.producer.send({ queue: 'emails', pattern: 'greet' }, 'Ada');
    await deadLetterAll(app, 'emails');
    await app.work();
    expect(seen).toEqual([{ data: 'Ada', queue: 'emails-dead', pattern: 'greet' }]);
    await app.close();
    expect(bodiesIn(app.service, 'emails-dead')).toEqual([]);
    expect(bodiesIn(app.service, 'emails')).toEqual([]);
  });

  test('leave the queue itself to other workers', async () => {
    const seen: Seen[] = [];
    const app = await inPlace(handlers(seen));
    await app.producer.send({ queue: 'emails', pattern: 'greet' }, 'Ada');
    await app.work();
    expect(seen).toEqual([]);
    expect(bodiesIn(app.service, 'emails')).toHaveLength(1);
  });

  test('read them by the format of the queue, as the body or its name tells the task', async () => {
    const seen: Seen[] = [];
    const app = await inPlace(handlers(seen), { format: squids() });
    await app.producer.send({ queue: 'emails', pattern: 'greet' }, { args: [1], kwargs: {} });
    await deadLetterAll(app, 'emails');
    await app.work();
    expect(seen).toEqual([
      { data: { args: [1], kwargs: {} }, queue: 'emails-dead', pattern: 'greet' },
    ]);
  });

  test('find the task by the name of the queue where its format names it so', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Emails {
      @SqsTask('emails', { queue: 'emails' })
      all(@Payload() data: unknown): void {
        seen.push(data);
      }
    }
    const app = await inPlace(Emails as never, { format: zcSqs() });
    await app.producer.send({ queue: 'emails', pattern: 'emails' }, { args: [7], kwargs: {} });
    await deadLetterAll(app, 'emails');
    await app.work();
    expect(seen).toEqual([{ args: [7], kwargs: {} }]);
  });

  test('keep and retry what fails again', async () => {
    const seen: Seen[] = [];
    const app = await inPlace(
      handlers(seen, () => (seen.length < 3 ? new Error('no') : undefined)),
    );
    await app.producer.send({ queue: 'emails', pattern: 'greet' }, 'Ada');
    await deadLetterAll(app, 'emails');
    await app.clock.advance(30_000);
    expect(seen).toHaveLength(3);
    await app.close();
    expect(bodiesIn(app.service, 'emails-dead')).toEqual([]);
  });

  test.each([
    ['by throwing', () => new DeadLetterTaskError('hopeless'), {}],
    ['by the policy of their decorator', () => new Error('no'), { onError: deadLetter() }],
  ])(
    'keep what is to be dead-lettered again %s, and say once that there is nowhere to',
    async (_how, fail, options) => {
      const seen: Seen[] = [];
      const app = await inPlace(handlers(seen, fail, options));
      await app.producer.send({ queue: 'emails', pattern: 'greet' }, 'Ada');
      await deadLetterAll(app, 'emails');
      await app.clock.advance(100_000);
      expect(seen.length).toBeGreaterThan(2);
      expect(bodiesIn(app.service, 'emails-dead')).toHaveLength(1);
      const said = app.logger.lines.filter(({ message }) =>
        JSON.stringify(message).includes('There is no dead-letter queue'),
      );
      expect(said).toHaveLength(1);
    },
  );

  test('may give up for good by a policy of the worker queue', async () => {
    const seen: Seen[] = [];
    const app = await memoryApp({
      controllers: [handlers(seen, () => new Error('no'))],
      queues: ['emails', 'emails-dead'],
      worker: { queues: [{ ...dead, onError: discard() }] },
    });
    await fill(app, 'emails-dead', ['{"pattern":"greet","data":1}']);
    await app.work();
    await app.close();
    expect(seen).toHaveLength(1);
    expect(bodiesIn(app.service, 'emails-dead')).toEqual([]);
  });

  test('refuse deadLetter() as the policy of the worker queue: there is nowhere to', async () => {
    const start = memoryApp({
      controllers: [handlers([])],
      queues: ['emails', 'emails-dead'],
      worker: { queues: [{ ...dead, onError: deadLetter() }] },
    });
    await expect(start).rejects.toThrow(InvalidOptionsError);
  });

  test('over HTTP', { timeout: 20_000 }, async () => {
    const service = await startEmbedded();
    const { gateway } = service;
    const done = deferred<Seen>();
    @Controller()
    class Emails {
      @SqsTask('greet', { queue: 'emails' })
      greet(@Payload() data: unknown, @Ctx() context: SqsContext): void {
        done.resolve({ data, queue: context.queue, pattern: context.pattern });
      }
    }
    const emails = { name: 'emails', format: squids(), deadLetter: { queue: 'emails-dead' } };
    const sqs = SqsModule.forRoot({ connection: { gateway }, queues: [emails] });
    class App {
      readonly isHere = true;
    }
    const app = await NestFactory.createMicroservice(
      { module: App, imports: [sqs], controllers: [Emails] },
      { ...sqsWorker({ queues: [dead] }), logger: new RecordingLogger() },
    );
    closeLater(app);
    closeLater(service);
    await app.listen();
    const body = squids().encode(
      { pattern: 'greet', data: { args: [1], kwargs: {} } },
      { queue: 'emails', codec: { name: 'json', encode: JSON.stringify, decode: JSON.parse } },
    ).body;
    await gateway.sendBatch(await gateway.getQueueUrl('emails-dead'), [{ body }]);
    expect(await done.promise).toEqual({
      data: { args: [1], kwargs: {} },
      queue: 'emails-dead',
      pattern: 'greet',
    });
    await app.close();
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } =
      await gateway.getQueueAttributes(await gateway.getQueueUrl('emails-dead'));
    expect([ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible]).toEqual([
      '0',
      '0',
    ]);
  });
});
