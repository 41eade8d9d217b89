import { suggestion } from '../options/schema/suggestion.js';
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

interface UnservedQueue {
  readonly name: string;
  /** Whose handlers were to serve it. */
  readonly handlersOf: string;
}

/** Queues that a worker would take from although no handler serves them: every message would fail. */
export class NoHandlersError extends SqsError {
  readonly queues: readonly string[];

  constructor(facts: { queues: readonly UnservedQueue[]; bound: readonly string[] }) {
    super(
      `No handler serves ${facts.queues.map(unserved).join(', ')}. ${boundTo(facts)}. ` +
        'Name a queue that handlers serve, bind a handler to it, as by @SqsTask(task, { queue }), ' +
        'or choose by onUnknownTask what becomes of tasks that nothing handles.',
    );
    this.queues = facts.queues.map(({ name }) => name);
  }
}

function unserved({ name, handlersOf }: UnservedQueue): string {
  return name === handlersOf ? `queue "${name}"` : `queue "${name}" (handlersOf: "${handlersOf}")`;
}

function boundTo({ queues, bound }: ConstructorParameters<typeof NoHandlersError>[0]): string {
  if (bound.length === 0)
    return 'This app has no task handlers; Nest binds those of classes that are listed under controllers';
  const [first] = queues;
  const meant = first === undefined ? '' : suggestion(first.handlersOf, bound).replace(/\?$/, '');
  return `Handlers here are bound to ${bound.map((name) => `"${name}"`).join(', ')}${meant}`;
}

/** The app, or its worker, was closed while it started: before its queues were ready, nothing was consumed. */
export class StartAbandonedError extends SqsError {
  constructor() {
    super('The start was given up: the app was told to stop before its queues were ready.');
  }
}
