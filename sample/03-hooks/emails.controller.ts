import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { defineTask, discard, SqsTask } from 'nestjs-sqs-tasks';

interface Email {
  from?: string;
  to: string;
  body: string;
}

export const emailCustomer = defineTask<Email>('email_customer', { queue: 'emails' });

@Controller()
export class EmailsController {
  @SqsTask(emailCustomer, { onError: discard() })
  send(@Payload() { from = 'nobody', to, body }: Email): string {
    if (!to.includes('@')) throw new Error(`${to} is no address`);
    console.log(`[worker] "${body}" from ${from} to ${to}`);
    return 'sent';
  }
}
