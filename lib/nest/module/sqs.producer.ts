import { Injectable } from '@nestjs/common';
import type { SendOptions, SendResult } from '../../contracts/index.js';
import type { BakedTask, SendBatch, SendTarget } from '../../producer/index.js';
import { SqsRuntime } from '../sqs.runtime.js';
import { SqsQueue } from './sqs.queue.js';

/** Sends tasks from anywhere in the app; it works until the app's workers have drained. */
@Injectable()
export class SqsProducer {
  constructor(private readonly runtime: SqsRuntime) {}

  /**
   * Sends one task; resolves once SQS has accepted it.
   * @throws RefusedSendError before any request; SendFailedError where SQS refused it
   */
  send<Input>(
    task: SendTarget<Input>,
    data: NoInfer<Input>,
    options?: SendOptions,
  ): Promise<SendResult> {
    return this.runtime.producer.send(task, data, options);
  }

  /**
   * Sends any number of tasks of one kind, in as few requests as they need.
   * @throws PartialSendError where some were not sent; it lists both sides
   */
  sendMany<Input>(
    task: SendTarget<Input>,
    data: readonly NoInfer<Input>[],
    options?: SendOptions,
  ): Promise<SendResult[]> {
    return this.runtime.producer.sendMany(task, data, options);
  }

  /**
   * Gathers the sends of a callback: they leave at ten, at 1 MiB, and at the end.
   * @throws PartialSendError where some were not sent, or what the callback throws
   */
  batch(fill: (batch: SendBatch) => void | Promise<void>): Promise<SendResult[]> {
    return this.runtime.producer.batch(fill);
  }

  /** Prepares a send that can be stored, and made later or more than once. */
  bake<Input>(task: SendTarget<Input>, data: NoInfer<Input>, options?: SendOptions): BakedTask {
    return this.runtime.producer.bake(task, data, options);
  }

  /**
   * Runs the task's handler here, through its pipes, guards and interceptors, and sends nothing. Hooks, task
   * interceptors, time limits and policies belong to deliveries and take no part. Answers the handler's value.
   * @throws TaskNotFoundError where the handler is not in this app, or what the handler throws
   */
  runLocal<Input>(task: SendTarget<Input>, data: NoInfer<Input>): Promise<unknown> {
    return this.runtime.runLocal(task, data);
  }

  /** A queue by its name, registered or not. */
  queue(name: string): SqsQueue {
    return new SqsQueue(this.runtime, name);
  }

  /** Lets what waits leave at once; resolves once all sends made so far have ended, however they end. */
  flush(): Promise<void> {
    return this.runtime.producer.flush();
  }
}
