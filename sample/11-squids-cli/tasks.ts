import { Controller, Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnQueueStats, SqsModule, SqsTask, squids, type PythonArguments } from 'nestjs-sqs-tasks';

/** The guide's task. Its messages are those of squids, so that an old sender may go on sending them. */
@Controller()
class Emails {
  @SqsTask('tasks.email_customer', { queue: 'emails' })
  emailCustomer(@Payload() { args }: PythonArguments): void {
    const [to, from, body] = args;
    console.log(`[task] to ${String(to)} from ${String(from)}: ${String(body)}`);
  }
}

/** The guide's callback; `--report-interval` says how often. */
@Injectable()
class Report {
  private hasSpoken = false;

  @OnQueueStats()
  report(queue: string): void {
    if (!this.hasSpoken) console.log(`[stats] the first report of ${queue}`);
    this.hasSpoken = true;
  }
}

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'emails', format: squids(), deadLetter: { queue: 'emails-dead' } }],
    }),
  ],
  controllers: [Emails],
  providers: [Report],
})
class Tasks {}

export const app = Tasks;
