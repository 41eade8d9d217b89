import { HandlerConflictError } from '../../contracts/index.js';
import type {
  HandlerLookup,
  HandlerMatch,
  IsolateOptions,
  TaskHandler,
} from '../../contracts/index.js';
import { batchLimitsOf, isOnDemand } from '../handler-definition.js';
import { isolationOf } from '../isolation/run-outside.js';
import type { HandlerRegistration } from './handler-registration.js';
import type { TaskHandlerFactory } from './task-handler.factory.js';

/**
 * Who handles what, by queue and pattern. Nest's own table knows the pattern alone and silently replaces; here two
 * handlers for one task are refused, unless all of them are event handlers: then all run.
 */
export class HandlerRegistry implements HandlerLookup {
  private readonly entries = new Map<string, HandlerEntry>();

  constructor(private readonly factory: TaskHandlerFactory) {}

  /** @throws HandlerConflictError */
  add(registration: HandlerRegistration): void {
    const key = keyOf(registration);
    const taken = this.entries.get(key)?.registrations ?? [];
    if (taken.length > 0) refuseConflict(taken, registration);
    const registrations = [...taken, registration];
    this.entries.set(key, { registrations, match: this.factory.create(registrations) });
  }

  find(queue: string, pattern: string): HandlerMatch | undefined {
    const entry =
      this.entries.get(taskKey(queue, pattern)) ?? this.entries.get(taskKey('', pattern));
    return entry?.match;
  }

  findRaw(queue: string): TaskHandler | undefined {
    const match = this.entries.get(rawKey(queue))?.match;
    return match?.kind === 'task' ? match.handler : undefined;
  }

  maxBatchSizeOf(queue: string): number {
    const sizes = this.servedFrom(queue).map(({ definition }) =>
      definition.kind === 'batch' ? batchLimitsOf(definition.options).maxSize : 0,
    );
    return Math.max(0, ...sizes);
  }

  patternsOf(queue: string): readonly string[] {
    const patterns = this.servedFrom(queue)
      .filter((one) => one.kind !== 'raw')
      .map((one) => one.pattern);
    return [...new Set(patterns)];
  }

  /** Queues that are consumed because a handler is bound to them. */
  boundQueues(): readonly string[] {
    const asked = this.registrations().filter(({ definition }) => !isOnDemand(definition));
    const queues = asked.flatMap((one) => one.queue ?? []);
    return [...new Set(queues)];
  }

  /** Where isolated handlers want to run. */
  isolations(): readonly IsolateOptions[] {
    return this.registrations().flatMap((one) => isolationOf(one) ?? []);
  }

  private servedFrom(queue: string): HandlerRegistration[] {
    return this.registrations().filter((one) => one.queue === queue || one.queue === undefined);
  }

  private registrations(): HandlerRegistration[] {
    return [...this.entries.values()].flatMap((entry) => entry.registrations);
  }
}

interface HandlerEntry {
  readonly registrations: readonly HandlerRegistration[];
  readonly match: HandlerMatch;
}

function keyOf(registration: HandlerRegistration): string {
  const { kind, queue = '', pattern } = registration;
  return kind === 'raw' ? rawKey(queue) : taskKey(queue, pattern);
}

// A queue name or URL has no line break, so the two parts cannot run into each other.
const taskKey = (queue: string, pattern: string): string => `task\n${queue}\n${pattern}`;
const rawKey = (queue: string): string => `raw\n${queue}`;

function refuseConflict(taken: readonly HandlerRegistration[], added: HandlerRegistration): void {
  if (added.kind === 'event' && taken.every((one) => one.kind === 'event')) return;
  const where = added.queue === undefined ? 'on every queue' : `on queue "${added.queue}"`;
  const what = added.kind === 'raw' ? 'Raw messages' : `Task "${added.pattern}"`;
  const names = [...taken, added].map((one) => `${one.name} (${one.kind})`).join(' and ');
  throw new HandlerConflictError({
    problem: `${what} ${where} would be handled by ${names}`,
    advice:
      'Keep one message handler, make all of them event handlers, or bind them to different queues.',
  });
}
