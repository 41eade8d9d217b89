import type { FifoFailureMode, PriorityOrder } from '../../lib/contracts/index.js';
import type { ExpiredHandles } from '../../lib/queue-client/memory/memory-queue-service.js';

/** What one run of a task's handler does. After its last act a task succeeds at once. */
export interface Act {
  kind: 'succeed' | 'fail' | 'retry' | 'leave' | 'discard' | 'dead-letter';
  /** Milliseconds until it ends. */
  ms: number;
  /** Ends with an error as soon as its signal is aborted. */
  heeds: boolean;
  /** Of `fail` (by the back-off) and `retry`; undefined: none named. */
  delaySeconds: number | undefined;
  /** Milliseconds that it blocks the event loop for, at its start. */
  blocksMs: number;
  /** Asks for so many seconds of lease at its start. */
  extendSeconds: number | undefined;
  /** It does not wait for that, and asks once more. */
  extendsAtOnce: boolean;
}

export type Operation = 'receive' | 'delete' | 'visibility' | 'send';

/**
 * - `refuse`: the call fails and has no effect.
 * - `lose`: it takes effect and its answer is lost.
 * - `slow-before`, `slow-after`: it takes `ms`, before or after its effect.
 * - `late`: the event loop stands still for `ms` before its answer is read, which may be after the lease it is about.
 * - `fail-entries`: the chosen entries have no effect and are answered as failed; `blame`: by the sender's fault.
 * - `lose-entries`: the chosen entries take effect and are answered as failed.
 * - `drop-entries`: all take effect, and the answer ends before the first chosen entry.
 */
export interface Fault {
  operation: Operation;
  kind:
    | 'refuse'
    | 'lose'
    | 'slow-before'
    | 'slow-after'
    | 'late'
    | 'fail-entries'
    | 'lose-entries'
    | 'drop-entries';
  /** Calls that it hits. */
  calls: number;
  ms: number;
  /** Which of ten entries. */
  chosen: boolean[];
  blame: boolean;
}

export type Step =
  | { do: 'send'; group: number; delaySeconds: number; tasks: Act[][] }
  | { do: 'wait'; ms: number }
  | { do: 'stall'; ms: number }
  | { do: 'start' }
  | { do: 'stop'; worker: number; exiting: boolean }
  | { do: 'abort'; worker: number }
  /** The process dies; `pollStays`: the service goes on answering its open receive. */
  | { do: 'kill'; worker: number; pollStays: boolean }
  | { do: 'pause'; worker: number }
  | { do: 'resume'; worker: number }
  | { do: 'concurrency'; worker: number; to: number }
  | { do: 'fault'; fault: Fault }
  /** A stranger receives messages and forgets them. */
  | { do: 'snatch'; count: number; visibilitySeconds: number }
  /** A message in flight becomes visible although its receiver did nothing. */
  | { do: 'expose'; nth: number };

export interface Settings {
  isFifo: boolean;
  fifoFailure: FifoFailureMode;
  /** Levels of the queue. */
  priorities: number;
  priorityOrder: PriorityOrder;
  visibilityTimeoutSeconds: number;
  concurrency: number;
  prefetch: number;
  maxReceiveCount: number | undefined;
  maxAttempts: number | undefined;
  settleLingerMs: number;
  waitTimeSeconds: number;
  timeoutMs: number | undefined;
  drainTimeoutMs: number;
  maxOpenReceives: number | undefined;
  /** What extending an expired handle is answered: an error, or OK and nothing happens. */
  expiredHandles: ExpiredHandles;
}

export interface Scenario {
  settings: Settings;
  steps: Step[];
  /** Of the engine's jitter. */
  randomSeed: number;
}
