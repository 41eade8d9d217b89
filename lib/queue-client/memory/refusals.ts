import { GatewayError, type GatewayErrorKind } from '../../contracts/errors/index.js';
import type { EntryFailure, EntryResult } from '../../contracts/gateway.js';
import type { Operation } from './operations.js';

/** The codes with which whole calls are refused, as the AWS SDK names them, and what each means for us. */
const KINDS = {
  QueueDoesNotExist: 'queue-not-found',
  ResourceNotFoundException: 'queue-not-found',
  QueueNameExists: 'conflict',
  QueueDeletedRecently: 'conflict',
  PurgeQueueInProgress: 'conflict',
  OverLimit: 'over-limit',
  TooManyEntriesInBatchRequest: 'invalid-request',
  BatchRequestTooLong: 'invalid-request',
  InvalidParameterValue: 'invalid-request',
  InvalidAttributeName: 'invalid-request',
  InvalidAttributeValue: 'invalid-request',
} as const satisfies Record<string, GatewayErrorKind>;

/** A refusal before it is known which call it ends. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'Refusal';
  }

  toGatewayError(operation: Operation, queue: string | undefined): GatewayError {
    return new GatewayError({
      kind: KINDS[this.code as keyof typeof KINDS] ?? 'invalid-request',
      code: this.code,
      operation,
      queue,
      detail: this.message,
      cause: this,
    });
  }
}

/** The failure of one entry; all that the memory service refuses is the sender's fault. */
export function entryFailure(code: string, message: string): { ok: false; failure: EntryFailure } {
  return { ok: false, failure: { code, message, senderFault: true } };
}

export function entrySuccess<T>(value: T): EntryResult<T> {
  return { ok: true, value };
}
