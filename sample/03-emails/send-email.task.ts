import { defineTask } from 'nestjs-sqs-tasks';

export interface Email {
  to: string;
  subject: string;
}

export const sendEmail = defineTask<Email>('send_email', { queue: 'emails' });
