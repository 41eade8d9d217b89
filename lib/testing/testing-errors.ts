import { SqsError } from '../contracts/index.js';

/** Time was to be moved, but the test runs on the real clock. */
export class ManualClockNeededError extends SqsError {
  constructor(facts: { method: string }) {
    super(
      `${facts.method} needs the manual clock, but SqsTestingModule was given clock: 'real'. ` +
        `Leave the option out, or wait with flush() and waitForTask().`,
    );
  }
}

/** A configuration file names an app that was made already, on connections of its own. */
export class ReadyMadeAppError extends SqsError {
  constructor(facts: { reference: string }) {
    super(
      `Expected "${facts.reference}" to be a Nest module, or a function that answers one, got an app that was made ` +
        'already: only before that can queues in memory take the place of its connections.',
    );
  }
}

export interface UnfinishedFacts {
  /** Such as `flush()`. */
  readonly method: string;
  readonly waitedMs: number;
  /** Tasks that run, such as `send_email on emails`. */
  readonly running: readonly string[];
  /** Tasks that have ended, the newest last. */
  readonly ended: readonly string[];
}

/** What a test waited for did not come. */
export class StillWaitingError extends SqsError {
  constructor({ method, waitedMs, running, ended }: UnfinishedFacts) {
    const now = running.length === 0 ? 'no task is running' : `running: ${running.join(', ')}`;
    const past =
      ended.length === 0
        ? 'none has ended; was a worker started, and does it consume the queue?'
        : `ended: ${ended.join('; ')}`;
    super(
      `${method} waited ${waitedMs} ms of real time; ${now}; ${past}. ` +
        `Retries and delays come with advance(ms); timeoutMs lets it wait longer.`,
    );
  }
}
