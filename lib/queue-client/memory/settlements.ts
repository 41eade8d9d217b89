import type { EntryResult, VisibilityChange } from '../../contracts/gateway.js';
import { SQS_LIMITS } from '../../contracts/limits.js';
import type { QueueCore } from './queue-core.js';
import { readHandle, type ReceiptHandle } from './receipt-handle.js';
import { entryFailure, entrySuccess } from './refusals.js';
import { isWithin } from './request-rules.js';
import type { StoredMessage } from './stored-message.js';

/** What receivers do with receipt handles. */
export class Settlements {
  constructor(private readonly core: QueueCore) {}

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
  delete(text: string): EntryResult {
    const handle = this.read(text);
    if (handle === undefined) return invalidHandle(text);
    const message = this.core.store.find(handle.messageId);
    // Deleting again what is deleted is fine, on both kinds of queue.
    if (message === undefined) return entrySuccess(undefined);
    return this.core.isFifo
      ? this.deleteFifo(message, handle)
      : this.deleteStandard(message, handle);
  }

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
  changeVisibility(entry: VisibilityChange, now: number): EntryResult {
    const handle = this.read(entry.receiptHandle);
    if (handle === undefined) return invalidHandle(entry.receiptHandle);
    const fault = timeoutFault(entry.visibilityTimeoutSeconds);
    if (fault !== undefined) return fault;
    const message = this.core.store.find(handle.messageId);
    if (message === undefined) return notThere();
    const expired = deliveryFault(message, handle);
    if (expired === undefined)
      return this.change(message, now, entry.visibilityTimeoutSeconds * 1_000);
    return this.core.ignoresExpiredHandles ? entrySuccess(undefined) : expired;
  }

  // FIFO refuses a handle whose visibility timeout is over (same page as delete).
  private deleteFifo(message: StoredMessage, handle: ReceiptHandle): EntryResult {
    if (message.receipt !== handle.receipt || message.state !== 'inflight') return expiredHandle();
    return this.remove(message);
  }

  // A standard queue says yes to an old handle, and deletes nothing (same page); past 12 h it refuses even the newest.
  private deleteStandard(message: StoredMessage, handle: ReceiptHandle): EntryResult {
    if (this.core.clock.now() - handle.receivedAt > LEASE_LIMIT_MS) return expiredHandle();
    return message.receipt === handle.receipt ? this.remove(message) : entrySuccess(undefined);
  }

  private remove(message: StoredMessage): EntryResult {
    this.core.store.remove(message);
    this.core.totals.deleted++;
    return entrySuccess(undefined);
  }

  // Over 12 h from the receive is an error, never cut short: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
  private change(message: StoredMessage, now: number, timeoutMs: number): EntryResult {
    if (now + timeoutMs - message.receivedAt > LEASE_LIMIT_MS) return overTwelveHours();
    message.touched = true;
    if (timeoutMs === 0) this.core.store.release(message);
    else this.core.store.hold(message, now + timeoutMs);
    return entrySuccess(undefined);
  }

  private read(text: string): ReceiptHandle | undefined {
    const handle = readHandle(text);
    return handle?.queueSerial === this.core.facts.serial ? handle : undefined;
  }
}

const LEASE_LIMIT_MS = SQS_LIMITS.visibilityTimeoutSeconds * 1_000;

function timeoutFault(seconds: number): EntryResult | undefined {
  const longest = SQS_LIMITS.visibilityTimeoutSeconds;
  if (isWithin(seconds, 0, longest)) return undefined;
  return entryFailure(
    'InvalidParameterValue',
    `VisibilityTimeout must be from 0 to ${longest}, got ${seconds}.`,
  );
}

function deliveryFault(message: StoredMessage, handle: ReceiptHandle): EntryResult | undefined {
  if (message.receipt !== handle.receipt) return expiredHandle();
  if (message.state === 'inflight') return undefined;
  return entryFailure('MessageNotInflight', 'The message is not in flight.');
}

function notThere(): EntryResult {
  return entryFailure(
    'InvalidParameterValue',
    'The message does not exist or is not available for visibility timeout change.',
  );
}

function overTwelveHours(): EntryResult {
  return entryFailure(
    'InvalidParameterValue',
    `Total VisibilityTimeout for the message is beyond the limit [${SQS_LIMITS.visibilityTimeoutSeconds} seconds].`,
  );
}

function invalidHandle(text: string): EntryResult {
  return entryFailure('ReceiptHandleIsInvalid', `"${text}" is not a receipt handle of this queue.`);
}

function expiredHandle(): EntryResult {
  return entryFailure('ReceiptHandleIsInvalid', 'The receipt handle has expired.');
}
