import { Injectable } from '@nestjs/common';
import {
  OnTaskError,
  PostSend,
  PostTask,
  PreSend,
  PreTask,
  TaskContext,
  type Outcome,
  type SendContext,
  type SendResult,
  type TaskDelivery,
} from 'nestjs-sqs-tasks';

/** One class, told of everything that is sent and everything that is done. */
@Injectable()
export class AuditHooks {
  constructor(private readonly context: TaskContext) {}

  @PreSend()
  before(send: SendContext): void {
    this.say(`${send.pattern}_send`, 'on its way');
  }

  @PostSend()
  after(send: SendContext, result: SendResult): void {
    this.say(`${send.pattern}_send`, `in queue "${result.queue}"`);
  }

  @PreTask()
  start(delivery: TaskDelivery): void {
    this.say(delivery.pattern, 'starts');
  }

  @PostTask({ on: 'any' })
  end(delivery: TaskDelivery, outcome: Outcome): void {
    this.say(delivery.pattern, `ended: ${outcome.kind}`);
  }

  @OnTaskError()
  failed(error: unknown, delivery: TaskDelivery): void {
    this.say(delivery.pattern, `failed: ${String(error)}`);
  }

  private say(who: string | undefined, what: string): void {
    console.log(`[${who}] ${this.context.get<string>('requestId')} ${what}`);
  }
}
