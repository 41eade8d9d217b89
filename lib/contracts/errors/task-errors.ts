import { clipped, SqsError } from './sqs-error.js';

/** A message body that no format or codec of its queue can read. Decoders throw nothing else. */
export class UndecodableMessageError extends SqsError {
  /** What is wrong, without what to do about it. */
  readonly problem: string;

  constructor(facts: { problem: string; advice?: string; cause?: unknown }) {
    const problem = clipped(facts.problem);
    const advice = facts.advice === undefined ? '' : `. ${facts.advice}`;
    super(`The message cannot be decoded: ${problem}${advice}`, { cause: facts.cause });
    this.problem = problem;
  }
}

/** The data of a received message do not fit its handler's schema: the handler was not called. */
export class InvalidMessageDataError extends SqsError {
  readonly pattern: string | undefined;
  readonly queue: string;
  readonly issues: readonly string[];

  constructor(facts: { pattern: string | undefined; queue: string; issues: readonly string[] }) {
    super(
      `The message for task "${facts.pattern ?? 'unknown'}" on queue "${facts.queue}" has data that do not fit the ` +
        `handler's schema: ${facts.issues.join('; ')}`,
    );
    this.pattern = facts.pattern;
    this.queue = facts.queue;
    this.issues = facts.issues;
  }
}

/** A task interceptor answered something that is no outcome. Its delivery counts as failed. */
export class InvalidOutcomeError extends SqsError {
  readonly interceptor: string;

  constructor(facts: { interceptor: string; found: string }) {
    super(
      `Expected task interceptor ${facts.interceptor} to answer an outcome, got ${facts.found}. Return what next.handle() ` +
        `gives, or an outcome of your own such as { kind: 'success' }.`,
    );
    this.interceptor = facts.interceptor;
  }
}

/** No handler for this pattern on this queue. */
export class UnknownTaskError extends SqsError {
  readonly pattern: string;
  readonly queue: string;

  constructor(facts: { pattern: string; queue: string; known: readonly string[] }) {
    const known = facts.known.length === 0 ? 'none' : facts.known.map((p) => `"${p}"`).join(', ');
    super(
      `No handler for task "${clipped(facts.pattern, 200)}" on queue "${facts.queue}". Handled here: ${known}.`,
    );
    this.pattern = facts.pattern;
    this.queue = facts.queue;
  }
}

/** The handler ran past its `timeoutMs`. The reason of `signal`, and nothing else: the slot waits for the real end. */
export class TaskTimeoutError extends SqsError {
  readonly timeoutMs: number;

  constructor(facts: { timeoutMs: number }) {
    super(`The task ran past its time limit of ${facts.timeoutMs} ms.`);
    this.timeoutMs = facts.timeoutMs;
  }
}

/** The task ran past its `hardTimeoutMs`. Isolated, it was ended; elsewhere this is the reason of `signal`. */
export class TaskHardTimeoutError extends SqsError {
  readonly hardTimeoutMs: number;

  constructor(facts: { hardTimeoutMs: number }) {
    super(`The task ran past its hard time limit of ${facts.hardTimeoutMs} ms.`);
    this.hardTimeoutMs = facts.hardTimeoutMs;
  }
}

/** The task called no `progress()` for its `silenceTimeoutMs`. Isolated, it was ended; elsewhere the reason of `signal`. */
export class TaskSilentError extends SqsError {
  readonly silenceTimeoutMs: number;

  constructor(facts: { silenceTimeoutMs: number }) {
    super(`The task made no progress for ${facts.silenceTimeoutMs} ms.`);
    this.silenceTimeoutMs = facts.silenceTimeoutMs;
  }
}

/** `isAlive` said no, or threw (`cause`). Isolated, the task was ended; elsewhere this is the reason of `signal`. */
export class TaskNotAliveError extends SqsError {
  constructor(facts: { runningMs: number; cause?: unknown }) {
    super(`isAlive found the task hung after ${Math.round(facts.runningMs)} ms.`, {
      cause: facts.cause,
    });
  }
}

export type LeaseLostCause = 'expired' | 'refused' | 'redelivered' | 'settled' | 'cap';

/** The message's visibility ended while its handler ran: SQS may give it to another worker. The reason of `signal`. */
export class LeaseLostError extends SqsError {
  readonly because: LeaseLostCause;

  constructor(facts: { messageId: string; because: LeaseLostCause }) {
    super(`The lease on message ${facts.messageId} is lost: ${leaseLostReasons[facts.because]}.`);
    this.because = facts.because;
  }
}

const leaseLostReasons: Record<LeaseLostCause, string> = {
  expired: 'its visibility timeout passed before it could be extended',
  refused: 'SQS refused to extend it',
  redelivered: 'SQS gave the message again',
  settled: 'the message was deleted or given back',
  cap: 'it reached the twelve hours that SQS allows in total',
};

/** The worker is stopping and the drain deadline passed. The reason of `signal`. */
export class DrainDeadlineError extends SqsError {
  constructor(facts: { drainTimeoutMs: number }) {
    super(
      `The worker is stopping and its drain deadline of ${facts.drainTimeoutMs} ms has passed.`,
    );
  }
}

/** `onStuck: 'exit'`: a handler ran on long after its signal was aborted. */
export class StuckTaskError extends SqsError {
  constructor(facts: {
    queue: string;
    task: string | undefined;
    messageId: string;
    runningMs: number;
  }) {
    super(
      `Task "${facts.task ?? 'unknown'}" on queue "${facts.queue}" (message ${facts.messageId}) has run for ` +
        `${Math.round(facts.runningMs)} ms and does not react to its aborted signal.`,
    );
  }
}

/** `runLocal` of a task whose handler is not in this app. */
export class TaskNotFoundError extends SqsError {
  constructor(facts: { pattern: string }) {
    super(`No handler for task "${facts.pattern}" in this app; runLocal() needs it here.`);
  }
}
