import type { EmbeddedAnswer, EmbeddedQuestion } from '../../../nest/adapters/shared-embedded.js';
import type { StopSignal } from '../../../nest/index.js';
import type { WorkSettings } from '../work/settings.js';
import type { StartReport } from '../work/start-report.js';
import type { TaskCounts } from '../work/task-counts.js';

/** What a command tells its worker processes. */
export type ToWorker =
  | { readonly type: 'start'; readonly settings: WorkSettings }
  /** It is the one that calls the `@OnQueueStats()` methods. */
  | { readonly type: 'tell-stats' }
  | AbortMessage
  | EmbeddedAnswer;

/** The second signal, said once more: of two signals that follow each other the system may make one. */
export interface AbortMessage {
  readonly type: 'abort';
  readonly signal: StopSignal;
}

/** What a worker process tells the command that started it. */
export type FromWorker =
  | { readonly type: 'report'; readonly report: StartReport }
  | { readonly type: 'started' }
  | { readonly type: 'counts'; readonly counts: TaskCounts }
  | EmbeddedQuestion;

/** Other code in a worker process may use the channel too: what is not ours is left alone. */
export function isMessage<T extends { readonly type: string }>(
  message: unknown,
  types: readonly T['type'][],
): message is T {
  if (typeof message !== 'object' || message === null) return false;
  const type: unknown = Reflect.get(message, 'type');
  return typeof type === 'string' && types.includes(type);
}

export const FROM_WORKER = ['report', 'started', 'counts', 'sqs-embedded?'] as const;
