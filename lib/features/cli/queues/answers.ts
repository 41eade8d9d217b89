import type {
  CreatedQueue,
  ListedQueue,
  PeekReport,
  QueueDrainReport,
  RedriveReport,
} from '../../../contracts/index.js';
import type { QueueAttributes } from '../../../nest/index.js';
import { shortened } from '../../../primitives/printable.js';
import { grouped } from '../work/task-counts.js';
import { table } from './table.js';

/** What a command answers: as text, and as JSON. */
export interface Answer {
  readonly lines: readonly string[];
  readonly json: unknown;
  /** What whoever asked should know; on the standard error. */
  readonly warnings?: readonly string[];
  /** It ended before it was done. */
  readonly isCutShort?: boolean;
}

export function listAnswer(queues: readonly ListedQueue[]): Answer {
  const rows = queues.map(({ name, isFifo, url }) => [name, isFifo ? 'FIFO' : 'standard', url]);
  const lines = rows.length === 0 ? ['There are no queues.'] : table(['NAME', 'TYPE', 'URL'], rows);
  return { lines, json: queues };
}

export function createAnswer(queues: readonly CreatedQueue[]): Answer {
  const lines = queues.map(({ name, url, wasCreated }) =>
    wasCreated ? `Created ${name}: ${url}` : `${name} was there already: ${url}`,
  );
  return { lines, json: queues };
}

export function namesAnswer(done: string, names: readonly string[]): Answer {
  const lines = names.map((name) => `${done} ${name}.`);
  return { lines: lines.length === 0 ? ['There are no queues.'] : lines, json: { queues: names } };
}

export function drainAnswer(name: string, report: QueueDrainReport): Answer {
  const { deletedCount, failedCount, wasCancelled } = report;
  const failed =
    failedCount === 0 ? '' : `; ${grouped(failedCount)} could not be deleted and come back`;
  const lines = [
    `Deleted ${grouped(deletedCount)} messages of ${name}${failed}${cancelled(wasCancelled)}.`,
  ];
  return { lines, json: { queue: name, ...report }, isCutShort: wasCancelled };
}

export function statsAnswer(all: readonly { name: string; stats: QueueAttributes }[]): Answer {
  const headings = ['NAME', 'WAITING', 'IN FLIGHT', 'DELAYED', 'VISIBILITY', 'RETENTION'];
  const rows = all.map(({ name, stats }) => [
    name,
    grouped(stats.messageCount),
    grouped(stats.inFlightCount),
    grouped(stats.delayedCount),
    seconds(stats.visibilityTimeoutSeconds),
    seconds(stats.retentionSeconds),
  ]);
  return { lines: table(headings, rows), json: all.map(({ name, stats }) => ({ name, ...stats })) };
}

export function peekAnswer(report: PeekReport): Answer {
  const lines = report.messages.flatMap((message) => [
    `${message.id}  received ${message.receiveCount} times, sent ${new Date(message.sentAt).toISOString()}`,
    ...(message.task === undefined ? [] : [`  task: ${message.task.pattern}`]),
    ...(message.source === undefined ? [] : [`  from: ${message.source}`]),
    ...(message.reason === undefined ? [] : [`  reason: ${message.reason}`]),
    `  ${shortened(message.body, MAX_BODY)}`,
  ]);
  const { warnings, ...json } = report;
  return { lines: lines.length === 0 ? ['No message was there.'] : lines, json, warnings };
}

/** Characters of a body that a terminal shows; `--json` has all of it. */
const MAX_BODY = 4_000;

export function redriveAnswer(name: string, report: RedriveReport): Answer {
  const { movedCount, failedCount, failures, wasCancelled } = report;
  const failed = failedCount === 0 ? '' : `; ${grouped(failedCount)} could not be sent and stayed`;
  const by = report.way === 'move-task' ? 'SQS' : 'this process';
  const lines = [
    `Moved ${grouped(movedCount)} messages out of ${name}, by ${by}${failed}${cancelled(wasCancelled)}.`,
  ];
  const warnings = failures.map(
    ({ messageId, code, message }) => `${messageId}: ${message} (${code})`,
  );
  return {
    lines,
    json: { queue: name, ...report },
    warnings,
    isCutShort: wasCancelled || failedCount > 0,
  };
}

function cancelled(wasCancelled: boolean): string {
  return wasCancelled ? '; it was stopped before the end' : '';
}

function seconds(value: number | undefined): string {
  return value === undefined ? '-' : `${grouped(value)} s`;
}
