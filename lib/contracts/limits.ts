/**
 * Every limit that Amazon SQS sets, once, with the page that states it. No other file repeats a number from here.
 */
const quotas =
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html';

export const SQS_LIMITS = {
  /** Entries in one batch call, and messages in one receive. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html} */
  batchEntries: 10,
  /** Bytes of one message and of one batch request: UTF-8 body and attributes together (1 MiB). {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html} */
  messageBytes: 1_048_576,
  /** Smallest value of the queue attribute `MaximumMessageSize`, bytes. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html} */
  minMaximumMessageBytes: 1_024,
  /** Message attributes on one message. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html} */
  messageAttributes: 10,
  /** Characters of an attribute name. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html} */
  attributeNameLength: 256,
  /** Characters of an attribute's data type, label included. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html} */
  attributeTypeLength: 256,
  /** Prefixes that SQS keeps for itself. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html} */
  reservedAttributePrefixes: ['aws.', 'amazon.'],
  /** Longest delay of one message or queue, seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html} */
  delaySeconds: 900,
  /** Longest visibility timeout, seconds: 12 h counted from the receive, extensions included. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html} */
  visibilityTimeoutSeconds: 43_200,
  /** Visibility timeout of a queue that sets none, seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html} */
  defaultVisibilityTimeoutSeconds: 30,
  /** Longest wait of a receive, seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html} */
  waitTimeSeconds: 20,
  /** Retention of a message, seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html} */
  minRetentionSeconds: 60,
  maxRetentionSeconds: 1_209_600,
  defaultRetentionSeconds: 345_600,
  /** Characters of a queue name, `.fifo` included. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html} */
  queueNameLength: 80,
  /** Characters of a message group id or a deduplication id. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html} */
  groupIdLength: 128,
  /** How long FIFO remembers a deduplication id and a receive attempt id, seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html} */
  deduplicationSeconds: 300,
  /** Receives before a message is dead-lettered: range of `maxReceiveCount`. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html} */
  minMaxReceiveCount: 1,
  maxMaxReceiveCount: 1_000,
  defaultMaxReceiveCount: 10,
  /** A queue can be purged once in so many seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html} */
  purgeIntervalSeconds: 60,
  /** A deleted queue's name is free again after so many seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html} */
  deletedNameSeconds: 60,
  /** A queue that was just created is to be used only after so many seconds. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html} */
  createdQueueRestSeconds: 1,
  /** Messages in flight on a queue before receives are refused (standard) or answer empty (FIFO). {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html} */
  inFlightMessages: 120_000,
  /** Queues on one page of ListQueues. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html} */
  listQueuesPage: 1_000,
  /** Messages a second that a move task may be told to move. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html} */
  moveTaskMessagesPerSecond: 500,
  /** Move tasks that one call lists. {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html} */
  moveTasksListed: 10,
} as const;

/** Where the message quotas are listed; error messages point here. */
export const SQS_QUOTAS_PAGE = quotas;
