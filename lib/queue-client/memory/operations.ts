/** The SQS actions that the gateway stands for. */
export type Operation =
  | 'GetQueueUrl'
  | 'CreateQueue'
  | 'DeleteQueue'
  | 'ListQueues'
  | 'ListDeadLetterSourceQueues'
  | 'GetQueueAttributes'
  | 'SetQueueAttributes'
  | 'PurgeQueue'
  | 'TagQueue'
  | 'ListQueueTags'
  | 'SendMessageBatch'
  | 'ReceiveMessage'
  | 'DeleteMessageBatch'
  | 'ChangeMessageVisibilityBatch'
  | 'StartMessageMoveTask'
  | 'ListMessageMoveTasks'
  | 'CancelMessageMoveTask';
