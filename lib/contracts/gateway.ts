/**
 * The port between this library and a queue service. Implementations live in `queue-client/`; one conformance suite
 * (`test/conformance`) says what each of them must do.
 *
 * Batch calls take arrays of at most ten and answer one result per entry, in the order asked: what the service
 * left out of its answer is a failed entry. A call that fails as a whole rejects with a `GatewayError`.
 */
export interface QueueGateway {
  /** Which implementation this is, for logs: `sdk`, `memory`, … */
  readonly kind: string;
  /** How many receives may be open at once without starving other calls of sockets; undefined: no bound. */
  readonly maxOpenReceives?: number;

  getQueueUrl(queueName: string, options?: GetQueueUrlOptions): Promise<string>;
  createQueue(queueName: string, options?: CreateQueueOptions): Promise<string>;
  deleteQueue(queueUrl: string): Promise<void>;
  /** Every queue URL whose queue name starts with the prefix, page after page. */
  listQueueUrls(namePrefix?: string): AsyncIterable<string>;
  /** Every queue URL whose dead letters come to this queue, page after page. */
  listDeadLetterSourceUrls(queueUrl: string): AsyncIterable<string>;
  /** Without names: all of them. Values as SQS gives them, all text. */
  getQueueAttributes(queueUrl: string, names?: readonly string[]): Promise<Record<string, string>>;
  setQueueAttributes(queueUrl: string, attributes: Record<string, string>): Promise<void>;
  purgeQueue(queueUrl: string): Promise<void>;
  tagQueue(queueUrl: string, tags: Record<string, string>): Promise<void>;
  listQueueTags(queueUrl: string): Promise<Record<string, string>>;

  sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
    options?: CallOptions,
  ): Promise<EntryResult<SentMessage>[]>;
  receive(
    queueUrl: string,
    request: ReceiveRequest,
    options?: CallOptions,
  ): Promise<ReceivedMessage[]>;
  deleteBatch(
    queueUrl: string,
    receiptHandles: readonly string[],
    options?: CallOptions,
  ): Promise<EntryResult[]>;
  changeVisibilityBatch(
    queueUrl: string,
    entries: readonly VisibilityChange[],
    options?: CallOptions,
  ): Promise<EntryResult[]>;

  /** Starts moving a dead-letter queue's messages; answers the task's handle. */
  startMoveTask(request: MoveTaskRequest): Promise<string>;
  /** The newest move tasks of a dead-letter queue, newest first, at most ten. */
  listMoveTasks(sourceArn: string): Promise<MoveTaskStatus[]>;
  /** Answers how many messages had been moved. */
  cancelMoveTask(taskHandle: string): Promise<number>;

  /** Ends what the gateway itself opened; a client that the user gave stays open. Twice is the same as once. */
  close(): Promise<void>;
}

export interface CallOptions {
  /** Aborting ends the call with a `GatewayError` of kind `aborted`. */
  signal?: AbortSignal;
}

export interface GetQueueUrlOptions {
  /** Account that owns the queue, where it is not ours. */
  ownerAccountId?: string;
}

export interface CreateQueueOptions {
  /** Queue attributes by their SQS names, all text. */
  attributes?: Record<string, string>;
  tags?: Record<string, string>;
}

export interface OutgoingMessage {
  body: string;
  attributes?: MessageAttributes;
  /** 0…900; never on FIFO. */
  delaySeconds?: number;
  groupId?: string;
  deduplicationId?: string;
  /** The system attribute `AWSTraceHeader`; it is not counted in the size. */
  traceHeader?: string;
}

export interface SentMessage {
  messageId: string;
  /** FIFO only: a number as text, growing within a group. */
  sequenceNumber?: string;
}

export interface ReceiveRequest {
  /** 1…10. */
  maxMessages: number;
  /** 0…20. */
  waitTimeSeconds: number;
  /** Overrides the queue's own for the messages of this receive. */
  visibilityTimeoutSeconds?: number;
  /** FIFO only: repeating an id within five minutes gives the same messages again, if none was touched. */
  receiveRequestAttemptId?: string;
}

export interface ReceivedMessage {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: MessageAttributes;
  systemAttributes: SystemAttributes;
}

/** What SQS itself says of a message, all text; further names may come. */
export interface SystemAttributes {
  ApproximateReceiveCount?: string;
  ApproximateFirstReceiveTimestamp?: string;
  SentTimestamp?: string;
  SenderId?: string;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  SequenceNumber?: string;
  AWSTraceHeader?: string;
  DeadLetterQueueSourceArn?: string;
  [name: string]: string | undefined;
}

export type MessageAttributes = Record<string, MessageAttributeValue>;

export interface MessageAttributeValue {
  /** `String`, `Number` or `Binary`, with an optional `.label`. */
  dataType: string;
  stringValue?: string;
  binaryValue?: Uint8Array;
}

export interface VisibilityChange {
  receiptHandle: string;
  /** 0…43,200, counted from the call. */
  visibilityTimeoutSeconds: number;
}

export type EntryResult<T = unknown> =
  { ok: true; value: T } | { ok: false; failure: EntryFailure };

export interface EntryFailure {
  /** The service's code, such as `ReceiptHandleIsInvalid`; `MissingFromResponse` where it answered nothing. */
  code: string;
  message: string;
  /** True where repeating the same entry cannot help. */
  senderFault: boolean;
}

export interface MoveTaskRequest {
  sourceArn: string;
  /** Default: the queues the messages came from. */
  destinationArn?: string;
  /** 1…500. */
  maxMessagesPerSecond?: number;
}

export interface MoveTaskStatus {
  /** Present only while the task runs. */
  taskHandle?: string;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  sourceArn: string;
  destinationArn?: string;
  movedCount: number;
  /** How many were to be moved; SQS gives it only once it has counted. */
  toMoveCount?: number;
  failureReason?: string;
  startedAt: number;
}
