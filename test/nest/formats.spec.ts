import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { Codec } from '../../lib/contracts/index.js';
import { lastValueFrom } from 'rxjs';
import { ClientSqs, SqsContext, SqsModule, SqsProducer, sqsWorker } from '../../lib/nest/index.js';
import { SqsRuntime } from '../../lib/nest/sqs.runtime.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { jsonCodec, sqsWorkers, taskmaster } from '../../lib/serialization/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeWorkers);
afterEach(closeApps);

const hexCodec: Codec = {
  name: 'hex',
  encode: (value) => Buffer.from(jsonCodec.encode(value)).toString('hex'),
  decode: (text) => jsonCodec.decode(Buffer.from(text, 'hex').toString()),
};

interface Arrival {
  data: unknown;
  context: unknown;
  body: string;
}

describe('formats and codecs in an app', () => {
  test("a queue speaks another library's format; a message names its codec, one's own too", async () => {
    const arrivals = {
      job: deferred<Arrival>(),
      rich: deferred<Arrival>(),
      hex: deferred<Arrival>(),
    };
    @Controller()
    class Tasks {
      @MessagePattern('job')
      job(@Payload() data: unknown, @Ctx() context: SqsContext): void {
        arrivals.job.resolve(arrivalOf(data, context));
      }

      @MessagePattern('rich')
      rich(@Payload() data: unknown, @Ctx() context: SqsContext): void {
        arrivals.rich.resolve(arrivalOf(data, context));
      }

      @MessagePattern('hex')
      hex(@Payload() data: unknown, @Ctx() context: SqsContext): void {
        arrivals.hex.resolve(arrivalOf(data, context));
      }
    }
    const queues = [{ name: 'jobs', format: sqsWorkers({ codec: 'pickle' }) }, 'tasks'];
    const connection = { embedded: true } as const;
    @Module({
      imports: [SqsModule.forRoot({ connection, queues, codecs: [hexCodec] })],
      controllers: [Tasks],
    })
    class App {}
    const app = await NestFactory.createMicroservice(App, {
      ...sqsWorker({ queues: ['jobs', 'tasks'] }),
      logger: false,
    });
    closeLater(app);
    await app.listen();
    const producer = app.get(SqsProducer);
    const when = new Date(5);
    await producer.send({ queue: 'jobs', pattern: 'job' }, { to: 'x' }, { taskContext: { id: 7 } });
    await producer.send({ queue: 'tasks', pattern: 'rich' }, { when }, { codec: 'rich' });
    await producer.send({ queue: 'tasks', pattern: 'hex' }, [1], { codec: 'hex' });

    const job = await arrivals.job.promise;
    expect(job).toMatchObject({ data: { to: 'x' }, context: { id: 7 } });
    expect(job.body).toMatch(/^eJ[\w-]+=*$/);
    expect((await arrivals.rich.promise).data).toEqual({ when });
    expect(await arrivals.hex.promise).toMatchObject({
      data: [1],
      body: hexCodec.encode({ pattern: 'hex', data: [1] }),
    });
  });
});

describe('patterns that are no text', () => {
  const patterns = {
    text: '["a", 1]',
    array: [['b', 2]],
    object: { list: [1, 'x'], cmd: 'c' },
    'text of an object': '{"b":1,"a":2}',
    number: 7,
  };
  const tasks: Record<keyof typeof patterns, unknown> = {
    text: ['a', 1],
    array: ['b', 2],
    object: { cmd: 'c', list: [1, 'x'] },
    'text of an object': { a: 2, b: 1 },
    number: 7,
  };

  test.each(Object.entries(tasks))(
    'find the task of a foreign sender, of a client, and of runLocal(): %s',
    async (kind, task) => {
      const ran: string[] = [];
      @Controller()
      class Tasks {
        @MessagePattern(patterns[kind as keyof typeof patterns])
        run(@Payload() { n }: { n: number }, @Ctx() context: SqsContext): void {
          ran.push(`${context.queue} ${n}`);
        }
      }
      const client = new ClientSqs({ queue: 'native' });
      const queues = ['native', 'foreign'];
      const { app, gateway, work, producer } = await memoryApp({
        queues,
        module: { queues: ['native', { name: 'foreign', format: taskmaster() }] },
        controllers: [Tasks],
        providers: [{ provide: ClientSqs, useValue: client }],
      });
      client.attach(app.get(SqsRuntime));
      await lastValueFrom(client.emit(task, { n: 1 }));
      const body = JSON.stringify({ task, kwargs: { n: 2 } });
      await gateway.sendBatch(await gateway.getQueueUrl('foreign'), [{ body }]);
      await work();
      const pattern = typeof task === 'number' ? '7' : JSON.stringify(task);
      await producer.runLocal({ queue: 'native', pattern }, { n: 3 });
      expect(ran.toSorted()).toEqual(['foreign 2', 'native 1', 'native 3']);
    },
  );
});

function arrivalOf(data: unknown, context: SqsContext): Arrival {
  return { data, context: context.taskContext, body: context.message.body };
}
