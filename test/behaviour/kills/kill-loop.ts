import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbedded, type EmbeddedService } from '../../support/embedded.js';
import { countsOf, sendAll } from '../../support/faulty-queue.js';
import { Ledger } from '../../support/ledger.js';
import { Children, type Child } from '../../support/process.js';
import { seededRandom } from '../../support/signals.js';
import { go, kill, workerChild } from './two-workers.js';

export interface KillLoopOptions {
  taskCount: number;
  killCount: number;
  /** Decides when each worker is killed. */
  seed: number;
  onKill?: (killed: number) => void;
}

export interface KillLoopSummary {
  sent: number;
  /** How often a handler said it was done; more than `sent` by the repetitions. */
  doneCount: number;
  /** Sent and never done, although the queue is empty. */
  missing: readonly string[];
  repeatedCount: number;
  /** What was in flight at each kill, summed: only that may be done again. */
  inFlightAtKills: number;
  killCount: number;
}

/** Workers serve one queue one after the other, each killed with SIGKILL in the midst of its work; the last one ends it. */
export async function killLoop(options: KillLoopOptions): Promise<KillLoopSummary> {
  const service = await startEmbedded();
  const folder = await mkdtemp(join(tmpdir(), 'kill-loop-'));
  const children = new Children();
  try {
    return await run(options, { service, children, ledger: new Ledger(join(folder, 'ledger')) });
  } finally {
    await children.stopAll();
    await service.close();
    await rm(folder, { recursive: true });
  }
}

interface Stage {
  service: EmbeddedService;
  children: Children;
  ledger: Ledger;
}

async function run(options: KillLoopOptions, stage: Stage): Promise<KillLoopSummary> {
  const { service, children, ledger } = stage;
  const attributes = { VisibilityTimeout: '2' };
  const queueUrl = await service.gateway.createQueue('jobs', { attributes });
  const sent = Array.from({ length: options.taskCount }, (_, i) => `task-${i}`);
  await sendAll(service.gateway, queueUrl, 'quick', sent);
  const args = [service.endpoint, queueUrl, ledger.path];
  const random = seededRandom(options.seed);
  let inFlightAtKills = 0;
  // The next one gets ready while one works.
  let waiting = children.start(workerChild, { args });
  for (let killed = 0; killed < options.killCount; killed++) {
    const child = waiting;
    waiting = children.start(workerChild, { args });
    await workUntil(child, linesUntilKill(options, random));
    await kill(child);
    inFlightAtKills += (await countsOf(service.gateway, queueUrl)).inFlight;
    options.onKill?.(killed + 1);
  }
  await workUntil(waiting, 0);
  await untilEmpty(service, queueUrl);
  return summaryOf(sent, ledger, { inFlightAtKills, killCount: options.killCount });
}

/** Each task is two lines. All lives together do about two thirds of the tasks, so that no worker runs dry. */
function linesUntilKill({ taskCount, killCount }: KillLoopOptions, random: () => number): number {
  return 1 + Math.floor((random() * 4 * taskCount) / killCount / 1.5);
}

async function workUntil(child: Child, lines: number): Promise<void> {
  await go(child);
  for (let i = 0; i < lines; i++) await child.line(/^(started|done) /);
}

async function untilEmpty(service: EmbeddedService, queueUrl: string): Promise<void> {
  for (;;) {
    const { visible, inFlight } = await countsOf(service.gateway, queueUrl);
    if (visible + inFlight === 0) return;
    await pause(50);
  }
}

function summaryOf(
  sent: readonly string[],
  ledger: Ledger,
  facts: Pick<KillLoopSummary, 'inFlightAtKills' | 'killCount'>,
): KillLoopSummary {
  const report = ledger.read();
  const doneCount = report.done.length;
  const repeatedCount = doneCount - new Set(report.done).size;
  return { sent: sent.length, doneCount, missing: report.missing(sent), repeatedCount, ...facts };
}
