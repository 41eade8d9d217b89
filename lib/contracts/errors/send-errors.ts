import { SQS_LIMITS, SQS_QUOTAS_PAGE } from '../limits.js';
import type { SendResult } from '../sending.js';
import { SqsError } from './sqs-error.js';

/** A send that was refused here, before any request. Each reason has its own subclass. */
export abstract class RefusedSendError extends SqsError {}

/** The data cannot be written by the codec, for example a function, a cycle or a BigInt in strict JSON. */
export class UnserializableDataError extends RefusedSendError {
  /** Where in the data, such as `$.user.id`. */
  readonly path: string;

  constructor(facts: {
    path: string;
    found: string;
    codec: string;
    /** What to do. @default plain data, or another codec */
    advice?: string | undefined;
    cause?: unknown;
  }) {
    const { advice = 'Send plain data, or choose a codec that can.' } = facts;
    super(`The ${facts.codec} codec cannot write ${facts.found} at ${facts.path}. ${advice}`, {
      cause: facts.cause,
    });
    this.path = facts.path;
  }
}

/** The data of a send, or of a `runLocal()`, does not fit the task's schema. */
export class InvalidTaskDataError extends RefusedSendError {
  readonly pattern: string;
  /** One sentence each, such as `to: Invalid email address`. */
  readonly issues: readonly string[];
  // As errors of the package http-errors say it: Nest answers 400 where a route sends what its caller gave.
  readonly status = 400;
  readonly statusCode = 400;
  readonly expose = true;

  constructor(facts: { pattern: string; issues: readonly string[] }) {
    super(`Data for task "${facts.pattern}" does not fit its schema: ${listed(facts.issues)}`);
    this.pattern = facts.pattern;
    this.issues = facts.issues;
  }
}

/** The message names so many issues; `issues` has all. */
const MAX_NAMED_ISSUES = 20;

function listed(issues: readonly string[]): string {
  const more = issues.length - MAX_NAMED_ISSUES;
  const named = issues.slice(0, MAX_NAMED_ISSUES).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}

/** Body and attributes together are over what the queue takes: its `MaximumMessageSize`, at most 1 MiB. */
export class MessageTooLargeError extends RefusedSendError {
  readonly bytes: number;
  readonly limitBytes: number;

  /** @param facts `limitBytes` where the queue has a limit of its own; default: that of SQS */
  constructor(facts: { queue: string; bytes: number; limitBytes?: number | undefined }) {
    const { limitBytes = SQS_LIMITS.messageBytes } = facts;
    const whose =
      limitBytes < SQS_LIMITS.messageBytes
        ? `this queue takes at most ${limitBytes}, its MaximumMessageSize (SQS allows up to ${SQS_LIMITS.messageBytes})`
        : `SQS takes at most ${limitBytes}`;
    super(
      `A message for queue "${facts.queue}" has ${facts.bytes} bytes (UTF-8 body and attributes); ${whose}. ` +
        `Send less, or a reference to where the data lies. See ${SQS_QUOTAS_PAGE}`,
    );
    this.bytes = facts.bytes;
    this.limitBytes = limitBytes;
  }
}

/** More attributes than SQS takes, or one with a name or a value that SQS refuses. */
export class InvalidAttributesError extends RefusedSendError {
  constructor(facts: { queue: string; problem: string }) {
    super(
      `Attributes for queue "${facts.queue}" are refused: ${facts.problem}. See ${SQS_QUOTAS_PAGE}`,
    );
  }
}

/** A delay out of range, or any delay on a FIFO queue, whose delay is the queue's own. */
export class InvalidDelayError extends RefusedSendError {
  constructor(facts: { queue: string; delaySeconds: unknown; problem: string }) {
    super(
      `delaySeconds for queue "${facts.queue}" is refused: ${facts.problem}, got ${String(facts.delaySeconds)}`,
    );
  }
}

/** A priority that its queue has no level for, or that is no whole number. */
export class InvalidPriorityError extends RefusedSendError {
  readonly queue: string;
  /** Highest level of the queue. */
  readonly highest: number;

  constructor(facts: { queue: string; highest: number; priority: unknown }) {
    const levels =
      facts.highest === 0
        ? '0, as the queue has no priorities (give it some with priorities)'
        : `an integer from 0 to ${facts.highest}, the queue's highest level`;
    super(
      `priority for queue "${facts.queue}" is refused: expected ${levels}, got ${String(facts.priority)}`,
    );
    this.queue = facts.queue;
    this.highest = facts.highest;
  }
}

/** A message group id or deduplication id that is missing where FIFO needs it, or that SQS refuses. */
export class InvalidFifoIdError extends RefusedSendError {
  constructor(facts: { queue: string; field: 'groupId' | 'deduplicationId'; problem: string }) {
    super(`${facts.field} for queue "${facts.queue}" is refused: ${facts.problem}`);
  }
}

/** A body with a character that SQS does not carry. */
export class InvalidBodyError extends RefusedSendError {
  constructor(facts: { queue: string; problem: string }) {
    super(`The body for queue "${facts.queue}" is refused: ${facts.problem}`);
  }
}

/** SQS refused one message, or kept refusing it until the attempts were spent. */
export class SendFailedError extends SqsError {
  readonly queue: string;
  readonly code: string;
  /** True where SQS says that the message itself is at fault, so that sending it again cannot help. */
  readonly senderFault: boolean;

  constructor(facts: {
    queue: string;
    code: string;
    detail: string;
    senderFault?: boolean;
    cause?: unknown;
  }) {
    super(`Queue "${facts.queue}" did not accept the message: ${facts.detail} (${facts.code})`, {
      cause: facts.cause,
    });
    this.queue = facts.queue;
    this.code = facts.code;
    this.senderFault = facts.senderFault ?? false;
  }
}

/** The producer is closed: `app.close()` has begun and the last handlers have drained. */
export class ProducerClosedError extends SqsError {
  /** @param facts without a queue, a `batch()` whose callback had not ended */
  constructor(facts: { queue?: string }) {
    const what =
      facts.queue === undefined
        ? 'The batch was given up before its callback had ended, and what it held was not sent'
        : `The message for queue "${facts.queue}" was not sent`;
    super(`${what}: this producer is closed.`);
  }
}

/** What a send was at when it was given up. */
export type SendStage =
  'interceptors' | 'schema' | 'queue-lookup' | 'group-order' | 'buffer' | 'request';

interface SendGivenUpFacts {
  queue: string;
  /** Requests with it that had left. */
  attempts: number;
  elapsedMs: number;
  stage: SendStage;
  /** `timeout`: `sendTimeoutMs` had passed. `closing`: the producer closed, and `closeTimeoutMs` had passed, or the process exits. */
  because: 'timeout' | 'closing';
  /** The one of the two that had passed; undefined where the process exits before. */
  limitMs: number | undefined;
}

/** A send ran out of time: `sendTimeoutMs`, or `closeTimeoutMs` when the app closed. */
export class SendGivenUpError extends SqsError {
  readonly queue: string;
  readonly attempts: number;
  readonly elapsedMs: number;
  readonly stage: SendStage;
  readonly because: 'timeout' | 'closing';
  /** A request with the message had left, so SQS may have accepted it all the same. */
  readonly isInDoubt: boolean;

  constructor(facts: SendGivenUpFacts) {
    const { queue, attempts, elapsedMs, stage, because, limitMs } = facts;
    const isInDoubt = attempts > 0;
    const doubt = isInDoubt
      ? 'SQS may have accepted it all the same'
      : 'no request with it had left, so it was not sent';
    super(
      `The message for queue "${queue}" was given up after ${Math.round(elapsedMs)} ms and ` +
        `${attempts === 1 ? '1 attempt' : `${attempts} attempts`} (${limitText(because, limitMs)}) while ${sendStages[stage]}: ${doubt}.`,
    );
    this.queue = queue;
    this.attempts = attempts;
    this.elapsedMs = elapsedMs;
    this.stage = stage;
    this.because = because;
    this.isInDoubt = isInDoubt;
  }
}

function limitText(because: 'timeout' | 'closing', limitMs: number | undefined): string {
  if (limitMs === undefined) return 'the process exits';
  if (because === 'timeout') return `sendTimeoutMs is ${limitMs}`;
  return `the app closes; closeTimeoutMs is ${limitMs}`;
}

const sendStages: Record<SendStage, string> = {
  interceptors: 'its interceptors and @PreSend() hooks ran',
  schema: 'its schema checked the data',
  'queue-lookup': 'its queue was looked up',
  'group-order': 'an earlier send of its message group was being prepared',
  buffer: 'it waited behind other messages, of which its queue accepted none',
  request: 'its queue had not accepted it',
};

/** A send that an interceptor, a hook or a schema made for another send, and that could never be made. */
export class NestedSendError extends RefusedSendError {
  readonly queue: string;

  constructor(facts: { queue: string; problem: string }) {
    super(`A send to queue "${facts.queue}" within another send is refused: ${facts.problem}`);
    this.queue = facts.queue;
  }
}

/**
 * FIFO: a predecessor of the same group was not accepted, so sending this message would change the order. It was given
 * up; send the group again from the first that failed.
 */
export class FifoOrderError extends SqsError {
  readonly queue: string;
  readonly groupId: string;

  constructor(facts: { queue: string; groupId: string; cause?: unknown }) {
    super(
      `The message of group "${facts.groupId}" for queue "${facts.queue}" was given up: another message of the group ` +
        `failed or was accepted out of turn, so the order would be lost. Send the group again from the first that failed.`,
      { cause: facts.cause },
    );
    this.queue = facts.queue;
    this.groupId = facts.groupId;
  }
}

/** One of several sends, by its place in what the caller gave. */
export interface SendAttempt {
  readonly index: number;
  readonly queue: string;
  /** Undefined for a raw body. */
  readonly pattern: string | undefined;
  /** What the caller gave, unchanged. */
  readonly data: unknown;
}

export interface SucceededSend extends SendAttempt {
  readonly result: SendResult;
}

export interface FailedSend extends SendAttempt {
  readonly error: unknown;
}

/** Some of several sends failed. `succeeded` are in their queues; `failed` are not, and hold what to send again. */
export class PartialSendError extends SqsError {
  readonly succeeded: readonly SucceededSend[];
  readonly failed: readonly FailedSend[];
  /** 400 where nothing was sent, and only because data did not fit: as each `InvalidTaskDataError` says. */
  readonly status: number | undefined;
  readonly statusCode: number | undefined;
  readonly expose: boolean | undefined;

  constructor(facts: { succeeded: readonly SucceededSend[]; failed: readonly FailedSend[] }) {
    const total = facts.succeeded.length + facts.failed.length;
    const first = facts.failed[0]?.error;
    super(
      `${facts.failed.length} of ${total} messages were not sent; \`failed\` lists them with their data. ` +
        `The first reason: ${first instanceof Error ? first.message : String(first)}`,
      { cause: first },
    );
    this.succeeded = facts.succeeded;
    this.failed = facts.failed;
    const isData = ({ error }: FailedSend) => error instanceof InvalidTaskDataError;
    const isCallersFault = facts.succeeded.length === 0 && facts.failed.every(isData);
    this.status = this.statusCode = isCallersFault ? 400 : undefined;
    this.expose = isCallersFault ? true : undefined;
  }
}
