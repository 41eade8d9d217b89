import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsModule, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { Notifier } from './notifier.js';
import { PrimesController } from './primes.controller.js';
import { countPrimes, train } from './tasks.js';
import { TrainModule } from './train.module.js';

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      // Shorter than the tasks: heartbeats keep them, since no task holds up the event loop.
      queues: [
        {
          name: 'jobs',
          visibilityTimeoutSeconds: 2,
          deadLetter: { queue: 'jobs-dead', maxReceiveCount: 5 },
        },
      ],
    }),
    TrainModule,
  ],
  controllers: [PrimesController],
  providers: [Notifier],
})
class AppModule {}

// The task that hangs is part of the story; a real worker keeps its log.
Logger.overrideLogger(false);

const app = await NestFactory.createMicroservice(AppModule, sqsWorker({ queues: ['jobs'] }));
await app.listen();

const sqs = app.get(SqsProducer);
await sqs.send(train, { model: 'trees', rounds: 3 });
await sqs.send(train, { model: 'endless', rounds: 1, hangs: true });
await sqs.send(train, { model: 'forest', rounds: 5 });
await sqs.send(countPrimes, { limit: 200_000 });

await app.get(Notifier).allDone;
await app.close();
console.log('all done, and no process is left');
