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
    refuseBesideRaw(this.registrations(), registration);
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

  /** Queues that any handler is bound to, those of stages too. */
  servedQueues(): readonly string[] {
    return [...new Set(this.registrations().flatMap((one) => one.queue ?? []))];
  }

  get size(): number {
    return this.entries.size;
  }

  /** Names of the handlers that our decorators declare for every queue. */
  unboundTasks(): readonly string[] {
    return this.registrations()
      .filter(({ queue, isDeclared }) => queue === undefined && isDeclared)
      .map(({ name }) => name);
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

/** A raw handler gets every message of its queue, so no other that is bound to it would ever run. */
function refuseBesideRaw(
  present: readonly HandlerRegistration[],
  added: HandlerRegistration,
): void {
  const isOther = ({ queue, kind }: HandlerRegistration): boolean =>
    queue !== undefined && queue === added.queue && (kind === 'raw') !== (added.kind === 'raw');
  const other = present.find(isOther);
  if (other === undefined) return;
  const [raw, never] = added.kind === 'raw' ? [added, other] : [other, added];
  throw new HandlerConflictError({
    problem:
      `Queue "${raw.queue}" gives every message to ${raw.name} (raw), so ${never.name} (${never.kind}), ` +
      'which is bound to it too, would never run',
    advice: 'Bind them to different queues, or let the raw handler read what the other would do.',
  });
}
