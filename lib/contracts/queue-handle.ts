import type { CodecLookup, MessageFormat } from './format.js';
import type { QueueGateway } from './gateway.js';

/** A queue that was found: everything that producing to it and consuming from it need to know. */
export interface QueueHandle {
  /** Logical name, without prefix: what options, logs and handlers call it. */
  readonly name: string;
  readonly url: string;
  readonly isFifo: boolean;
  readonly gateway: QueueGateway;
  readonly format: MessageFormat;
  readonly codecs: CodecLookup;
  /** FIFO: SQS makes the deduplication id from the body. Undefined: not known. */
  readonly contentBasedDeduplication: boolean | undefined;
  /** Seconds; from our options or the queue's attribute. Undefined: not known, so every receive says it. */
  readonly visibilityTimeoutSeconds: number | undefined;
  /** What one message may have. Undefined: not known, so that SQS's own limit counts. */
  readonly sizeLimit?: QueueSizeLimit | undefined;
  /** Where its dead letters go, as far as options or attributes tell. */
  readonly deadLetter: DeadLetterHandle | undefined;
  /** Every level of a queue with priorities, lowest first, the first being the queue itself. Left out: it has no others. */
  readonly levels?: readonly [QueueHandle, ...QueueHandle[]] | undefined;
}

/** A queue's own `MaximumMessageSize`, which may change while the queue is in use. */
export interface QueueSizeLimit {
  /** As it was read last: UTF-8 body and attributes together. */
  readonly bytes: number;
  /** Reads it again; where that fails it stays as it was. One request, however many ask at the same time. */
  read(): Promise<void>;
}

export interface DeadLetterHandle {
  readonly name: string;
  readonly url: string;
  readonly gateway: QueueGateway;
  readonly isFifo: boolean;
  readonly maxReceiveCount: number;
}

/** Finds queues by logical name, URL or ARN; each is looked up once. */
export interface QueueLookup {
  /** @throws QueueNotFoundError */
  find(queue: string): Promise<QueueHandle>;
}
