/** What fauxqs 1.9.2 does otherwise than SQS. Each is run and must go on failing, or leave this list. */
export const fauxqsDifferences: ReadonlyMap<string, string> = new Map([
  ['accepts a redrive allow policy', 'does not know the attribute'],
  ['a second purge within a minute is a conflict', 'purges as often as asked'],
  ['emoji are legal', 'refuses characters above #xFFFF'],
  ['the trace header travels as a system attribute', 'drops it'],
  ['a group id on a standard queue is kept and reported', 'drops it'],
  ['eleven message attributes are refused', 'takes any number'],
  ['a delay over 900 seconds is refused', 'takes any delay'],
  [
    'changing visibility of a message that is not in flight is MessageNotInflight',
    'answers OK once the timeout is over',
  ],
  ['an aborted long poll takes nothing', 'gives the next message to the connection that is gone'],
  [
    'deleting with something that is no handle is ReceiptHandleIsInvalid',
    'answers OK to any handle',
  ],
  ['a delete batch answers each entry in its place', 'answers OK to any handle'],
  [
    'fifo: a receive gives as many as it can of one group, in order',
    'gives one message of a group per receive',
  ],
  [
    'fifo: deduplication scoped to message groups takes an id once a group',
    'ignores DeduplicationScope',
  ],
  ['fifo: deleting with an expired handle is ReceiptHandleIsInvalid', 'deletes'],
  [
    'fifo: repeating a receive attempt id gives the same messages and handles',
    'ignores attempt ids',
  ],
  [
    'fifo: a receive attempt is void once one of its messages was deleted',
    'gives one message of a group per receive, so another is left to give',
  ],
  ['a dead letter names the queue it came from', 'has no DeadLetterQueueSourceArn'],
  [
    'fifo: a dead letter keeps its group, its deduplication id becomes its message id',
    'keeps the deduplication id',
  ],
  ['a dead-letter queue lists the queues whose dead letters it gets', 'does not list them'],
  ['a dead-letter queue of the other type is refused', 'takes any queue'],
  ['a move task brings dead letters back to where they came from', 'has no move tasks'],
  ['a move task may have another destination', 'has no move tasks'],
  ['a move task needs a dead-letter queue as its source', 'has no move tasks'],
  ['a running move task is the only one of its source, and can be cancelled', 'has no move tasks'],
]);
