import { decodeTask } from '../contracts/index.js';
import type {
  MessageAttributes,
  OutgoingMessage,
  QueueHandle,
  ReceivedMessage,
  TaskPacket,
} from '../contracts/index.js';
import type { MemoryMessage } from '../queue-client/memory/index.js';

/** A task that was sent, as its receiver will read it. */
export interface SentTask {
  /** Logical name of the queue. */
  readonly queue: string;
  /** Its level; 0 where the queue has no others. */
  readonly priority: number;
  readonly messageId: string;
  /** Undefined, as are its data, where the body is no task, such as that of `sendRaw()`. */
  readonly pattern: string | undefined;
  readonly data: unknown;
  readonly body: string;
  readonly taskContext: Readonly<Record<string, unknown>>;
  /** What its format sets aside. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly delaySeconds: number | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly attributes: MessageAttributes;
}

/** A message that is in a queue now. */
export interface QueuedTask extends Omit<SentTask, 'delaySeconds'> {
  readonly state: MemoryMessage['state'];
  readonly receiveCount: number;
}

/** How a queue's messages are read. */
export interface QueueReader extends Pick<QueueHandle, 'name' | 'format' | 'codecs'> {
  /** The queue whose level it is, or itself: whose handlers get its tasks. */
  readonly taskQueue: string;
  readonly priority: number;
}

export function sentTask(
  queue: QueueReader,
  messageId: string,
  { body, attributes = {}, delaySeconds, groupId, deduplicationId }: OutgoingMessage,
): SentTask {
  const message = { messageId, body, attributes };
  return {
    ...readTask(queue, message),
    queue: queue.taskQueue,
    priority: queue.priority,
    messageId,
    body,
    delaySeconds,
    groupId,
    deduplicationId,
    attributes,
  };
}

export function queuedTask(queue: QueueReader, message: MemoryMessage): QueuedTask {
  const { messageId, body, attributes, state, receiveCount, groupId, deduplicationId } = message;
  return {
    ...readTask(queue, message),
    queue: queue.taskQueue,
    priority: queue.priority,
    messageId,
    body,
    groupId,
    deduplicationId,
    attributes,
    state,
    receiveCount,
  };
}

export function packetOf(
  { name, format, codecs }: QueueReader,
  message: Pick<ReceivedMessage, 'messageId' | 'body' | 'attributes'>,
): TaskPacket | undefined {
  const received = { ...message, receiptHandle: '', systemAttributes: {} };
  try {
    return decodeTask(format, received, { queue: name, codecs });
  } catch {
    // A body that is no task of this format is shown as it is.
    return undefined;
  }
}

function readTask(
  queue: QueueReader,
  message: Pick<ReceivedMessage, 'messageId' | 'body' | 'attributes'>,
): Pick<SentTask, 'pattern' | 'data' | 'taskContext' | 'meta'> {
  const packet = packetOf(queue, message);
  return {
    pattern: packet?.pattern,
    data: packet?.data,
    taskContext: packet?.context ?? {},
    meta: packet?.meta ?? {},
  };
}
