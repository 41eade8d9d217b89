import { Injectable } from '@nestjs/common';
import { Consumer } from '../../consumer/consumer.js';
import type { ProcessBatchOptions, ProcessedBatch } from '../../consumer/consumer.js';
import type { MessageStream } from '../../consumer/message-stream.js';
import { checkProcessBatchOptions } from '../../consumer/options/process-batch-options.js';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { ConsumeOptions, HandlerLookup } from '../../contracts/index.js';
import { consumeSchema, validateOptions } from '../../contracts/options/schema/index.js';
import { settledWithin } from '../../primitives/wait.js';
import { SqsRuntime } from '../sqs.runtime.js';
import type { ServerSqs } from '../worker/server-sqs.js';

/** Consuming without decorators: a loop of one's own, or one batch through the app's handlers. */
@Injectable()
export class SqsConsumer {
  constructor(private readonly runtime: SqsRuntime<ServerSqs>) {}

  /**
   * The messages of a queue, one after another, each leased while the loop holds it; `ack()` or `retry()` settles it.
   * Leaving the loop, `close()` or `return()` gives back what was not settled, also while a `next()` waits. Loops that share one
   * stream are `concurrency` at most. When the app closes, the loop ends, and what it holds has `drainTimeoutMs` to be settled.
   * What the options do not say is as a worker of this app says of the queue.
   *
   * @example
   * ```ts
   * for await (const delivery of consumer.messages('emails')) {
   *   await send(delivery.data);
   *   delivery.ack();
   * }
   * ```
   * @throws InvalidOptionsError, QueueNotFoundError when the loop begins
   */
  messages(queue: string, options: ConsumeOptions = {}): MessageStream {
    const find = async () => {
      validateOptions('messages()', consumeSchema, options);
      return this.runtime.find(queue);
    };
    const workers = () => {
      const found = this.runtime.consumptionOf(queue);
      return found?.isConsumed === true ? found.consume : undefined;
    };
    const begun = (stream: MessageStream) => this.runtime.addConsuming(stream);
    return this.consumer(noHandlers).messages(find, options, { workers, begun });
  }

  /**
   * One receive of at most ten messages, run through the handlers of this app with the options that its worker has for the
   * queue: policies, `ack`, `concurrency`, time limits, `handlersOf`. Where several workers of the app consume it, the first
   * counts; where none does, what the first says for all of its queues.
   *
   * Two options stay without effect: `fifoFailure: 'hold'` acts as `'release'`, and `crash()` ends nothing, it gives the message
   * back and is logged.
   * @throws InvalidOptionsError also where the app has no worker; NoHandlersError where none of its handlers serves the queue;
   * QueueNotFoundError; GatewayError where the receive fails
   */
  async processBatch(queue: string, options: ProcessBatchOptions = {}): Promise<ProcessedBatch> {
    checkProcessBatchOptions(options);
    const found = this.runtime.consumptionOf(queue);
    if (found === undefined) throw noWorker();
    const handle = await this.runtime.find(queue);
    const handlers = this.runtime.throughFeatures(found.handlers);
    found.check();
    return this.whileDraining(queue, this.consumer(handlers).processBatch(handle, options, found));
  }

  /** An app that closes waits for it as long as for the handlers of its workers. */
  private async whileDraining<T>(queue: string, batch: Promise<T>): Promise<T> {
    const { parts, workerLogger } = this.runtime;
    const forget = this.runtime.addConsuming({
      async close(timeoutMs) {
        if (await settledWithin(batch, timeoutMs, parts.clock)) return;
        const message =
          'A batch had not ended when the app closed; SQS delivers its messages again';
        workerLogger.warn(message, { queue, timeoutMs });
      },
    });
    return batch.finally(forget);
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
