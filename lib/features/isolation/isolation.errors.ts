import { SqsError } from '../../contracts/errors/sqs-error.js';

/** A value that structured clone cannot carry was to go to a member of a pool, or to come from there. */
export class CannotCrossError extends SqsError {
  constructor(facts: { part: string; cause?: unknown }) {
    super(
      `What goes to an isolated task and comes back is copied by structured clone, which cannot carry ${facts.part}. ` +
        `Pass plain data, and keep functions, streams and connections where they are used.`,
      { cause: facts.cause },
    );
  }
}

export interface MemberEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A member of a pool ended while it ran this task: `process.exit()`, an uncaught exception, its heap limit, a crash. */
export class MemberCrashedError extends SqsError {
  readonly code: number | null;
  readonly signal: string | null;

  constructor(facts: { handler: string; runtime: string; end: MemberEnd; cause?: unknown }) {
    const { code, signal } = facts.end;
    const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
    super(`The ${facts.runtime} that ran ${facts.handler} ended under it (${how}).`, {
      cause: facts.cause,
    });
    this.code = code;
    this.signal = signal;
  }
}

/** A member ended, or did not answer, before it could begin the task: another one gets it. Nobody outside sees this. */
export class NotBegunError extends Error {
  constructor(cause: unknown) {
    super('The member of the pool was lost before the task began.', { cause });
  }
}

/** The code of an isolated task could not be loaded, or its Nest module not be started. */
export class MemberStartError extends SqsError {
  constructor(facts: { handler: string; problem: string; cause?: unknown }) {
    super(`${facts.handler} cannot run isolated: ${facts.problem}`, { cause: facts.cause });
  }
}

/** The library is part of a bundled app, so the file that a pool's members start with is not there. */
export class BundledPoolError extends SqsError {
  constructor() {
    super(
      'Isolated tasks start threads or processes from a file of nestjs-sqs-tasks, and this app has the library bundled ' +
        'into its own file. Keep nestjs-sqs-tasks out of the bundle (webpack: externals; esbuild: --external) and ' +
        'install it beside the bundle.',
    );
  }
}

/** The app is closing, and its pools end. */
export class PoolClosedError extends SqsError {
  constructor() {
    super('The app is closing: its pools of threads and processes end.');
  }
}
