import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { exponential, retry, SqsContext, SqsRawTask, SqsTask, TaskContext } from 'nestjs-sqs-tasks';
import { sendEmail, type Email } from './send-email.task.js';

@Controller()
export class EmailsController {
  constructor(private readonly context: TaskContext) {}

  @SqsTask(sendEmail, { onError: retry(exponential({ firstSeconds: 1, maxSeconds: 2 })) })
  send(@Payload() { to, subject }: Email, @Ctx() { attempt }: SqsContext): void {
    const line = `"${subject}" to ${to}, asked for by ${this.context.get<string>('remoteAddress')}`;
    console.log(`[emails] ${line}, attempt ${attempt}`);
    if (!to.includes('@')) throw new Error(`${to} is no address`);
  }

  /** What failed three times lies here; a raw handler gets any message as it is. */
  @SqsRawTask({ queue: 'emails-dead' })
  bury(@Ctx() { message }: SqsContext): void {
    console.log(`[emails-dead] ${message.body}`);
  }
}
