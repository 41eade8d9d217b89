import type { HandlerLookup } from '../contracts/handlers.js';
import type { LogFields } from '../contracts/logger.js';
import type { OutcomeKind, TaskDelivery } from '../contracts/task.js';
import type { WorkerControl, WorkerEnd, WorkerSetup } from '../contracts/worker-port.js';
import { describeTasks } from './describe-tasks.js';

/** Patterns that a line of the log names for one queue. */
const MOST_PATTERNS = 20;

/** One line each when a worker starts, drains and has stopped: what it consumes, what it waits for, what it has done. */
export class WorkerLog {
  private readonly counts: Partial<Record<OutcomeKind, number>> = {};
  private startedAt: number | undefined;

  constructor(
    private readonly setup: Pick<
      WorkerSetup,
      'queues' | 'handlers' | 'drainTimeoutMs' | 'clock' | 'logger'
    >,
  ) {}

  follow(worker: Pick<WorkerControl, 'on'>): void {
    worker.on('task:settled', ({ outcome: { kind } }) => {
      this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    });
  }

  started(): void {
    const { queues, handlers, clock, logger } = this.setup;
    this.startedAt = clock.now();
    const served = queues.map(({ name, handlersOf }) => [name, tasksOf(handlers, handlersOf)]);
    logger.log('Worker started', { queues: Object.fromEntries(served) as LogFields });
  }

  draining(because: string, running: readonly TaskDelivery[]): void {
    const { logger, drainTimeoutMs } = this.setup;
    logger.log('Worker is draining', {
      because,
      drainTimeoutMs: because === 'aborted' ? 0 : drainTimeoutMs,
      ...runningFields(running),
    });
  }

  /** Told to end at once while it drains. */
  aborting(running: readonly TaskDelivery[]): void {
    this.setup.logger.warn('Worker is aborting', runningFields(running));
  }

  stopped({ reason, unfinishedCount }: WorkerEnd): void {
    const { logger, clock } = this.setup;
    const { counts, startedAt } = this;
    logger.log('Worker stopped', {
      because: reason,
      ...(startedAt !== undefined && { ranSeconds: Math.round((clock.now() - startedAt) / 1_000) }),
      succeeded: counts.success ?? 0,
      retried: counts.retry ?? 0,
      discarded: counts.discard ?? 0,
      deadLettered: counts['dead-letter'] ?? 0,
      released: counts.release ?? 0,
      unfinished: unfinishedCount,
    });
  }
}

function runningFields(running: readonly TaskDelivery[]): LogFields {
  const count = { runningCount: running.length };
  return running.length === 0 ? count : { ...count, running: describeTasks(running) };
}

function tasksOf(handlers: HandlerLookup, queue: string): string {
  const patterns = handlers.patternsOf(queue);
  const named = patterns.slice(0, MOST_PATTERNS);
  if (patterns.length > named.length) named.push(`${patterns.length - named.length} more`);
  if (handlers.findRaw(queue) !== undefined) named.push('raw messages');
  return named.length === 0 ? 'no handler' : named.join(', ');
}
