import { SqsError } from './sqs-error.js';

/** Options that cannot be used; thrown at start, before any request. `problems` has one sentence each. */
export class InvalidOptionsError extends SqsError {
  readonly problems: readonly string[];

  constructor(facts: { where: string; problems: readonly string[] }) {
    super(`Invalid options for ${facts.where}: ${facts.problems.join('; ')}`);
    this.problems = facts.problems;
  }
}

/** The same queue registered twice with other options. */
export class QueueConflictError extends SqsError {
  readonly queue: string;
  readonly differences: readonly string[];

  constructor(facts: { queue: string; differences: readonly string[] }) {
    super(
      `Queue "${facts.queue}" is registered twice with different options (${facts.differences.join(', ')}). ` +
        `Register its options once; elsewhere name it by its bare name.`,
    );
    this.queue = facts.queue;
    this.differences = facts.differences;
  }
}

/** A name that was not registered: a queue, a connection, a stage. */
export class UnknownNameError extends SqsError {
  constructor(facts: { kind: string; name: string; known: readonly string[]; advice: string }) {
    const known = facts.known.length === 0 ? 'none' : facts.known.map((n) => `"${n}"`).join(', ');
    super(`Unknown ${facts.kind} "${facts.name}". Known: ${known}. ${facts.advice}`);
  }
}

/** An optional peer package that a chosen feature needs is not installed. */
export class MissingPackageError extends SqsError {
  readonly packageName: string;

  constructor(facts: { packageName: string; neededFor: string; install: string; cause?: unknown }) {
    super(
      `${facts.neededFor} needs the package "${facts.packageName}", which is not installed. Install it: ${facts.install}`,
      { cause: facts.cause },
    );
    this.packageName = facts.packageName;
  }
}

/** Two handlers that claim the same task, or a handler declared in a way that cannot work. */
export class HandlerConflictError extends SqsError {
  constructor(facts: { problem: string; advice: string }) {
    super(`${facts.problem}. ${facts.advice}`);
  }
}

/** The app, or its worker, was closed while it started: before its queues were ready, nothing was consumed. */
export class StartAbandonedError extends SqsError {
  constructor() {
    super('The start was given up: the app was told to stop before its queues were ready.');
  }
}
