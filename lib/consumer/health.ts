import type { HealthReport } from '../contracts/health.js';
import type { HeldSlots, WorkerQueueStatus, WorkerStatus } from '../contracts/worker-port.js';
import { errorText } from '../primitives/error-text.js';

/**
 * Milliseconds after which a poll that neither answers nor fails, or a loop that opens none, counts as stalled: a long
 * poll of 20 s, its retries and the longest pause between failing polls fit in several times over.
 */
const stalledAfterMs = 180_000;

interface Finding {
  problem: string;
  /** True where restarting the process may help. */
  isFatal: boolean;
}

/** Reads readiness and liveness off the loops themselves. */
export function healthOf(workers: readonly WorkerStatus[]): HealthReport {
  const findings = workers.flatMap(findingsOf);
  return {
    isReady: findings.length === 0,
    isLive: !findings.some((finding) => finding.isFatal),
    problems: findings.map((finding) => finding.problem),
  };
}

function findingsOf(worker: WorkerStatus): Finding[] {
  const found = worker.queues.flatMap(queueFindings);
  if (worker.fatalError !== undefined) {
    found.unshift({ problem: `the worker ended: ${errorText(worker.fatalError)}`, isFatal: true });
  } else if (worker.phase !== 'running') {
    found.unshift({ problem: `the worker is ${worker.phase}`, isFatal: false });
  }
  return found;
}

function queueFindings(queue: WorkerQueueStatus): Finding[] {
  const { name, stuckCount } = queue;
  const found: Finding[] = [];
  if (stuckCount > 0) {
    const what = stuckCount === 1 ? 'handler does' : 'handlers do';
    const problem = `${stuckCount} ${what} not react to an aborted signal on queue "${name}"`;
    found.push({ problem, isFatal: true });
  }
  if (queue.heldSlots !== undefined) {
    // The tasks may be in order and only long, so it is nothing to restart for.
    found.push({ problem: heldText(name, queue.heldSlots), isFatal: false });
  }
  // Levels have queues of their own, and each may fail by itself.
  for (const { name: source, pollError } of queue.levels ?? [queue]) {
    if (pollError === undefined) continue;
    const problem = `receiving from queue "${source}" fails: ${errorText(pollError)}`;
    found.push({ problem, isFatal: false });
  }
  if (isStalled(queue)) {
    found.push({ problem: `the poll loop of queue "${name}" stands still`, isFatal: true });
  }
  return found;
}

function heldText(queue: string, { slots, heldMs, tasks }: HeldSlots): string {
  const named = tasks.map(
    ({ task, runningMs }) => `${task ?? 'a raw message'} for ${seconds(runningMs)}`,
  );
  const held = `the ${slots} slots of queue "${queue}" have been held for ${seconds(heldMs)}`;
  return `${held} while messages wait: ${named.join(', ')}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** Neither paused nor full nor failing, and yet nothing moves: something in this process has gone wrong. */
function isStalled(queue: WorkerQueueStatus): boolean {
  if ((queue.oldestPollMs ?? 0) > stalledAfterMs) return true;
  const { lastGoodPollMsAgo, isPaused, runningCount, concurrency, pollError } = queue;
  if (isPaused || pollError !== undefined || runningCount >= concurrency) return false;
  return queue.openPollCount === 0 && (lastGoodPollMsAgo ?? 0) > stalledAfterMs;
}
