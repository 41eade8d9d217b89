import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import {
  eventBridge,
  maxTasks,
  runSqsWorker,
  sns,
  SqsModule,
  sqspipes,
  sqsWorkers,
  squids,
  taskmaster,
  zcSqs,
} from 'nestjs-sqs-tasks';
import messages from './messages.json' with { type: 'json' };
import { ForeignSenders } from './foreign-senders.js';
import { TasksController } from './tasks.controller.js';

// Each queue speaks one format; handlers need not know which.
const queues = [
  { name: 'squids', format: squids() },
  { name: 'sqs-workers', format: sqsWorkers() },
  { name: 'taskmaster', format: taskmaster() },
  { name: 'words-generate.fifo', format: sqspipes() },
  { name: 'zc-sqs', format: zcSqs() },
  { name: 'sns', format: sns({ topics: ['arn:aws:sns:eu-west-1:123456789012:orders'] }) },
  { name: 'events', format: eventBridge({ sources: ['aws.events'] }) },
];

@Module({
  imports: [SqsModule.forRoot({ connection: { embedded: true }, queues })],
  controllers: [TasksController],
  providers: [ForeignSenders],
})
class MigrationModule {}

// The queues of this sample need no dead letters, and the worker would say so; a real worker keeps its log.
Logger.overrideLogger(['error']);

await runSqsWorker(MigrationModule, {
  queues: queues.map(({ name }) => name),
  concurrency: 1,
  stopWhen: maxTasks(messages.length),
});
console.log(`${messages.length} messages read, none of them our own`);
