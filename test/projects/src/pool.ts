import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { maxTasks, runSqsWorker, SqsModule, SqsProducer, SqsTask } from 'nestjs-sqs-tasks';

/** A task whose code runs in a thread: the library starts that from a file of its own. */
@Controller()
class ReportController {
  constructor(private readonly sqs: SqsProducer) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sqs.send({ queue: 'reports', pattern: 'report' }, 20);
  }

  @SqsTask('report', {
    queue: 'reports',
    isolate: { runtime: 'thread', file: `${process.cwd()}/double.cjs`, size: 1 },
  })
  report(): void {}
}

@Module({
  imports: [SqsModule.forRoot({ connection: { embedded: true }, queues: [{ name: 'reports' }] })],
  controllers: [ReportController],
})
class PoolModule {}

runSqsWorker(PoolModule, { queues: ['reports'], stopWhen: maxTasks(1) }).then(
  () => console.log('drained'),
  (error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  },
);
