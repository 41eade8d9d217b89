import { SqsError } from './sqs-error.js';

/** A request that names a reply queue which this worker does not answer: nothing was sent there, and no handler ran. */
export class ForbiddenReplyQueueError extends SqsError {
  /** As the request gave it. */
  readonly replyTo: string;

  constructor(facts: { replyTo: string; allowed: string }) {
    super(
      `A request asks for its reply in ${JSON.stringify(facts.replyTo.slice(0, 200))}, but replies go only to ` +
        `${facts.allowed}. If the requester is yours, give it a reply queue there, or set replies: { prefix } of SqsModule.`,
    );
    this.replyTo = facts.replyTo;
  }
}

/** No reply came in time. The task may still run, or have run: its reply, if it comes, is ignored. */
export class RequestTimeoutError extends SqsError {
  readonly queue: string;
  readonly pattern: string;
  readonly timeoutMs: number;

  constructor(facts: { queue: string; pattern: string; timeoutMs: number }) {
    super(
      `No reply to "${facts.pattern}" on queue "${facts.queue}" came within ${facts.timeoutMs} ms. ` +
        `Check that a worker serves the queue and that its replies: { prefix } fits the reply queue, or raise timeoutMs.`,
    );
    this.queue = facts.queue;
    this.pattern = facts.pattern;
    this.timeoutMs = facts.timeoutMs;
  }
}

/** Values of a stream came while an earlier one did not, more than are kept. */
export class ReplyGapError extends SqsError {
  readonly queue: string;
  readonly pattern: string;
  /** Place of the value that did not come, from 0. */
  readonly missing: number;

  constructor(facts: {
    queue: string;
    pattern: string;
    missing: number;
    kept: number;
    bytes: number;
  }) {
    super(
      `The reply to "${facts.pattern}" on queue "${facts.queue}" has a gap: value ${facts.missing} has not come, and ` +
        `${facts.kept} later ones (${facts.bytes} bytes) wait for it, which is the most that is kept. ` +
        'Send the request again, or let its handler give fewer or smaller values.',
    );
    this.queue = facts.queue;
    this.pattern = facts.pattern;
    this.missing = facts.missing;
  }
}

/** The client, or its app, was closed while a request waited. */
export class RequestAbandonedError extends SqsError {
  constructor(facts: { queue: string; pattern: string }) {
    super(
      `The request "${facts.pattern}" on queue "${facts.queue}" was abandoned: its client closed before a reply came.`,
    );
  }
}

/** The task of a request failed for good; this is what its worker said of the error. */
export class RemoteTaskError extends SqsError {
  /** Class of the error in the worker, such as `CardDeclinedError`. */
  readonly remoteName: string;
  /** What an `RpcException` or an `HttpException` carried, where it was more than text. */
  readonly details: unknown;

  constructor(facts: { name: string; message: string; details?: unknown }) {
    super(facts.message);
    this.remoteName = facts.name;
    this.details = facts.details;
  }
}
