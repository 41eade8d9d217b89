import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { Codec } from '../../lib/contracts/index.js';
import { SqsContext, SqsModule, SqsProducer, sqsWorker } from '../../lib/nest/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { jsonCodec, sqsWorkers } from '../../lib/serialization/index.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeWorkers);

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

function arrivalOf(data: unknown, context: SqsContext): Arrival {
  return { data, context: context.taskContext, body: context.message.body };
}
