import { Injectable } from '@nestjs/common';
import {
  OnTaskError,
  PostSend,
  PostTask,
  PreSend,
  PreTask,
  type SendContext,
  type SendResult,
  type TaskDelivery,
} from 'nestjs-sqs-tasks';

/** Hears of everything that is sent and handled; any provider may have such methods, and any number of them. */
@Injectable()
export class Audit {
  @PreSend()
  beforeSend(send: SendContext): void {
    send.data = { from: 'shop@example.org', ...(send.data as object) };
    console.log(`[web] before the send of ${send.pattern}`);
  }

  @PostSend()
  afterSend(send: SendContext, { messageId }: SendResult): void {
    console.log(`[web] queue "${send.queue}" took it as ${messageId}`);
  }

  @PreTask()
  beforeTask({ pattern }: TaskDelivery): void {
    console.log(`[worker] before ${pattern}`);
  }

  @PostTask()
  afterTask({ pattern }: TaskDelivery): void {
    console.log(`[worker] after ${pattern}, which succeeded`);
  }

  @OnTaskError()
  onError(error: unknown, { pattern }: TaskDelivery): void {
    console.log(`[worker] ${pattern} failed: ${String(error)}`);
  }
}
