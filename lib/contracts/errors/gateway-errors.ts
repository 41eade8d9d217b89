import { SqsError } from './sqs-error.js';

/**
 * What a failed call means for us; each gateway maps its service's codes to one of these in one place.
 * - `queue-not-found`, `access-denied`: nothing will change by repeating at once; said once, retried slowly.
 * - `unauthenticated`: there are no credentials, or the service does not know them. As `access-denied`, but who has to
 *   act is another. Only before a connection's first success: later it is `unavailable`, as roles are rotated.
 * - `throttled`, `unavailable`, `timeout`: passing; repeated with back-off.
 * - `over-limit`: too many messages in flight.
 * - `invalid-request`: our mistake or the caller's; repeating cannot help.
 * - `conflict`: the queue exists with other attributes, was deleted within a minute, or is being purged.
 * - `aborted`: we ended the call ourselves.
 */
export type GatewayErrorKind =
  | 'queue-not-found'
  | 'access-denied'
  | 'unauthenticated'
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'over-limit'
  | 'invalid-request'
  | 'conflict'
  | 'unsupported'
  | 'aborted'
  | 'unknown';

export interface GatewayErrorFacts {
  kind: GatewayErrorKind;
  /** The SQS action, such as `ReceiveMessage`. */
  operation: string;
  /** The service's own code, where it gave one. */
  code?: string;
  /** Queue URL or name that the call was about. */
  queue?: string;
  detail: string;
  cause?: unknown;
}

/** A call to the queue service that failed as a whole. */
export class GatewayError extends SqsError {
  readonly kind: GatewayErrorKind;
  readonly operation: string;
  readonly code: string | undefined;
  readonly queue: string | undefined;

  constructor(facts: GatewayErrorFacts) {
    const target = facts.queue === undefined ? '' : ` on ${facts.queue}`;
    const code = facts.code === undefined ? '' : ` (${facts.code})`;
    super(`${facts.operation}${target} failed: ${facts.detail}${code}`, { cause: facts.cause });
    this.kind = facts.kind;
    this.operation = facts.operation;
    this.code = facts.code;
    this.queue = facts.queue;
  }

  /** True where the same call may succeed if it is repeated with back-off. */
  get isPassing(): boolean {
    return (
      this.kind === 'throttled' ||
      this.kind === 'unavailable' ||
      this.kind === 'timeout' ||
      this.kind === 'over-limit' ||
      this.kind === 'unknown'
    );
  }
}

/** A queue that a start-up or a call needs does not exist. */
export class QueueNotFoundError extends SqsError {
  readonly queue: string;
  readonly region: string | undefined;

  constructor(facts: { queue: string; region?: string; cause?: unknown }) {
    const where = facts.region === undefined ? '' : ` in ${facts.region}`;
    super(
      `Queue "${facts.queue}" was not found${where}. Create it, check its name and prefix, or set onMissingQueue: 'create' or 'wait'.`,
      { cause: facts.cause },
    );
    this.queue = facts.queue;
    this.region = facts.region;
  }
}
