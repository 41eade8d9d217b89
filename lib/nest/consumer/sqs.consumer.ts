import { Injectable } from '@nestjs/common';
import { Consumer } from '../../consumer/consumer.js';
import type { ProcessBatchOptions, ProcessedBatch } from '../../consumer/consumer.js';
import { checkProcessBatchOptions } from '../../consumer/options/process-batch-options.js';
import type { StreamedDelivery } from '../../consumer/message-stream.js';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { ConsumeOptions, HandlerLookup } from '../../contracts/index.js';
import { consumeSchema, validateOptions } from '../../contracts/options/schema/index.js';
import { SqsRuntime } from '../sqs.runtime.js';
import type { ServerSqs } from '../worker/server-sqs.js';

/** Consuming without decorators: a loop of one's own, or one batch through the app's handlers. */
@Injectable()
export class SqsConsumer {
  constructor(private readonly runtime: SqsRuntime<ServerSqs>) {}

  /**
   * The messages of a queue, one after another, each leased while the loop holds it; `ack()` or `retry()` settles it.
   * Leaving the loop gives back what was not settled. What the options do not say is as a worker of this app says of the queue.
   *
   * @example
   * ```ts
   * for await (const delivery of consumer.messages('emails')) {
   *   await send(delivery.data);
   *   delivery.ack();
   * }
   * ```
   * @throws InvalidOptionsError; QueueNotFoundError when the loop begins
   */
  async *messages(
    queue: string,
    options: ConsumeOptions = {},
  ): AsyncGenerator<StreamedDelivery, void, undefined> {
    validateOptions('messages()', consumeSchema, options);
    const handle = await this.runtime.find(queue);
    const found = this.runtime.consumptionOf(queue);
    const own = found?.isConsumed === true ? found : {};
    yield* this.consumer(noHandlers).messages(handle, options, own);
  }

  /**
   * One receive of at most ten messages, run through the handlers of this app with the options that its worker has for the
   * queue: policies, `ack`, `concurrency`, time limits, `handlersOf`. Where several workers of the app consume it, the first
   * counts; where none does, what the first says for all of its queues.
   *
   * Two options stay without effect: `fifoFailure: 'hold'` acts as `'release'`, and `crash()` ends nothing, it gives the message
   * back and is logged.
   * @throws InvalidOptionsError also where the app has no worker; QueueNotFoundError; GatewayError where the receive fails
   */
  async processBatch(queue: string, options: ProcessBatchOptions = {}): Promise<ProcessedBatch> {
    checkProcessBatchOptions(options);
    const found = this.runtime.consumptionOf(queue);
    if (found === undefined) throw noWorker();
    const handle = await this.runtime.find(queue);
    const handlers = this.runtime.throughFeatures(found.handlers);
    return this.consumer(handlers).processBatch(handle, options, found);
  }

  private consumer(handlers: HandlerLookup): Consumer {
    const {
      taskInterceptors: interceptors,
      taskScope,
      replier,
      parts,
      workerLogger,
    } = this.runtime;
    return new Consumer({
      handlers,
      interceptors,
      taskScope,
      replies: replier,
      clock: parts.clock,
      logger: workerLogger,
    });
  }
}

/** A loop is its own handler. */
const noHandlers: HandlerLookup = {
  find: () => undefined,
  findRaw: () => undefined,
  patternsOf: () => [],
  maxBatchSizeOf: () => 0,
};

function noWorker(): InvalidOptionsError {
  const problem =
    'expected an app made with sqsWorker(), whose handlers would run the batch, got none; ' +
    'make it one and call init() instead of listen() if it is not to poll';
  return new InvalidOptionsError({ where: 'processBatch()', problems: [problem] });
}
