import 'reflect-metadata';
import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { maxTasks, runSqsWorker, SqsModule, SqsProducer } from 'nestjs-sqs-tasks';
import { AdderController } from './adder.controller.js';
import { Scale } from './scale.js';

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'adder', deadLetter: { queue: 'adder-dead' } }],
    }),
  ],
  controllers: [AdderController],
  // What a worker is configured with is a provider like any other.
  providers: [{ provide: Scale, useValue: new Scale(2) }],
})
class AdderModule implements OnApplicationBootstrap {
  constructor(private readonly sqs: SqsProducer) {}

  async onApplicationBootstrap(): Promise<void> {
    const add = { queue: 'adder', pattern: 'add' };
    await this.sqs.sendMany(add, [
      { a: 1, b: 2, x: 3 },
      { a: 1, b: 2, x: 'later' },
      { a: 1, b: 2, x: '' },
    ]);
  }
}

// Of the log, this sample shows the payloads of given-up tasks: they have a context of their own, for a file of theirs.
Logger.overrideLogger({
  log: (line: unknown, context?: string) => {
    if (context === 'SqsMessages') console.log(`given up: ${String(line)}`);
  },
  error: () => {},
  warn: () => {},
});

// Three tasks, and one of them twice.
await runSqsWorker(AdderModule, { queues: ['adder'], concurrency: 1, stopWhen: maxTasks(4) });
console.log('the worker has stopped');
