import { randomUUID } from 'node:crypto';
import { InvalidOptionsError } from '../contracts/errors/index.js';
import type { Codec, EncodedTask, TaskPacket } from '../contracts/format.js';
import type { OutgoingMessage } from '../contracts/gateway.js';
import type { SendContext } from '../contracts/interceptors.js';
import type { QueueHandle } from '../contracts/queue-handle.js';
import { composeAttributes } from './message-attributes.js';
import { checkMessage } from './message-rules.js';
import { checkOptionNames } from './option-names.js';
import type { PreparedMessage } from './send-lanes.js';

export interface MessageComposerParts {
  /** Name of the codec where a send names none. */
  codec: string;
  serviceName?: string | undefined;
}

/** A send that can be made again without becoming another one: its deduplication id stays. */
export interface SendIdentity {
  deduplicationId?: string;
}

export interface ComposeFacts {
  readonly identity: SendIdentity;
  /** What makes the task a request. */
  readonly reply?: Partial<TaskPacket> | undefined;
  /** Level of the queue; undefined where it has no others. */
  readonly priority?: number | undefined;
}

/** Makes the message of a send, and checks it. */
export class MessageComposer {
  constructor(private readonly parts: MessageComposerParts) {}

  /** @throws RefusedSendError, InvalidOptionsError for an option or a codec that is not known */
  compose(queue: QueueHandle, send: SendContext, own: ComposeFacts): PreparedMessage {
    checkOptionNames(queue.name, send.options);
    const message = this.encode(queue, send, own);
    copyOptions(message, send);
    if (queue.isFifo) addDeduplicationId(message, queue, send, own.identity);
    return { queue, message, bytes: checkMessage(queue, message) };
  }

  private encode(queue: QueueHandle, send: SendContext, own: ComposeFacts): OutgoingMessage {
    const isRaw = send.pattern === undefined;
    const { body, attributes: format } = isRaw ? rawBody(send) : this.encodeTask(queue, send, own);
    const serviceName = isRaw ? undefined : this.parts.serviceName;
    const given = send.options.attributes;
    const attributes = composeAttributes({ queue: queue.name, serviceName, format, given });
    return attributes === undefined ? { body } : { body, attributes };
  }

  private encodeTask(
    queue: QueueHandle,
    { pattern = '', data, options }: SendContext,
    { reply, priority }: ComposeFacts,
  ): EncodedTask {
    const codec = findCodec(queue, options.codec ?? this.parts.codec);
    const context = options.taskContext;
    const isEmpty = context === undefined || Object.keys(context).length === 0;
    const packet: TaskPacket = { pattern, data, ...reply };
    if (!isEmpty) packet.context = context;
    const maxBytes = queue.sizeLimit?.bytes;
    return queue.format.encode(packet, { queue: queue.name, codec, priority, maxBytes });
  }
}

function rawBody({ data, queue }: SendContext): EncodedTask {
  if (typeof data === 'string') return { body: data };
  throw new InvalidOptionsError({
    where: `sendRaw("${queue}")`,
    problems: [`Expected the body to be text, got ${data === null ? 'null' : typeof data}`],
  });
}

function findCodec(queue: QueueHandle, name: string): Codec {
  try {
    return queue.codecs(name);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionsError({
      where: `a send to queue "${queue.name}"`,
      problems: [`codec "${name}" cannot be used: ${problem}`],
    });
  }
}

function copyOptions(message: OutgoingMessage, { options }: SendContext): void {
  const { delaySeconds, groupId, deduplicationId, traceHeader } = options;
  if (delaySeconds !== undefined) message.delaySeconds = delaySeconds;
  if (groupId !== undefined) message.groupId = groupId;
  if (deduplicationId !== undefined) message.deduplicationId = deduplicationId;
  if (traceHeader !== undefined) message.traceHeader = traceHeader;
}

function addDeduplicationId(
  message: OutgoingMessage,
  queue: QueueHandle,
  send: SendContext,
  identity: SendIdentity,
): void {
  if (queue.contentBasedDeduplication === true || send.options.deduplicationId !== undefined)
    return;
  identity.deduplicationId ??= randomUUID();
  message.deduplicationId = identity.deduplicationId;
}
