import { Injectable } from '@nestjs/common';
import type { SendOptions, SendResult, TaskTarget } from '../../contracts/index.js';
import { SqsRuntime } from '../sqs.runtime.js';
import { SqsQueue } from './sqs.queue.js';

/** Sends tasks from anywhere in the app; it works until the app's workers have drained. */
@Injectable()
export class SqsProducer {
  constructor(private readonly runtime: SqsRuntime) {}

  /** Sends one task; resolves once SQS has accepted it. */
  send(task: TaskTarget, data: unknown, options?: SendOptions): Promise<SendResult> {
    return this.runtime.producer.send(task, data, options);
  }

  /** Sends any number of tasks of one kind, split into requests by count and bytes. */
  sendMany(
    task: TaskTarget,
    data: readonly unknown[],
    options?: SendOptions,
  ): Promise<SendResult[]> {
    return this.runtime.producer.sendMany(task, data, options);
  }

  /** A queue by its name, registered or not. */
  queue(name: string): SqsQueue {
    return new SqsQueue(this.runtime, name);
  }

  /** Resolves once everything sent so far was accepted or refused. */
  flush(): Promise<void> {
    return this.runtime.producer.flush();
  }
}
