import { SQS_LIMITS } from '../../lib/contracts/limits.js';
import { gate } from '../support/signals.js';
import type { World } from './world.js';

/** Faults off: everything must come to rest, nothing may be missing then, and every slot must be free. */
export async function finish(world: World): Promise<void> {
  world.log('— faults off');
  world.faults.clear();
  for (const worker of world.taking) world.resume(worker);
  if (world.taking.length === 0) world.startWorker();
  await comeToRest(world);
  checkNothingLost(world);
  for (const worker of world.taking.slice(1)) worker.stop(false);
  await world.advance(60_000);
  await checkIdle(world);
  await checkSlotsFree(world);
  for (const worker of world.taking) worker.stop(false);
  await world.advance(60_000);
  checkAtRest(world);
  world.throwIfViolated();
}

async function comeToRest(world: World): Promise<void> {
  const longest = world.clock.now() + longestWaitMs(world);
  for (let step = 1_000; !isAtRest(world); step = Math.min(step * 2, 600_000)) {
    if (world.clock.now() > longest) world.violated('it never comes to rest');
    await world.advance(step);
  }
}

/** As if every act were one after the other. */
function longestWaitMs({ settings, book }: World): number {
  let ms = 3_600_000;
  for (const act of book.all.flatMap(({ acts }) => acts)) {
    const hidden = withinCap(act.delaySeconds) + withinCap(act.extendSeconds);
    ms += act.ms + act.blocksMs + 1_000 * (hidden + 60 + 2 * settings.visibilityTimeoutSeconds);
  }
  return ms;
}

function isAtRest(world: World): boolean {
  if (world.living.some(({ running }) => running.size > 0)) return false;
  return world.levels.every(({ name }) => {
    const { visible, delayed, inflight } = world.service.stats(name);
    return visible + delayed + inflight === 0;
  });
}

/** I1: what was sent succeeded, or lies in the dead-letter queue, or was discarded by name. */
function checkNothingLost(world: World): void {
  const lost = world.book.all.filter((task) => !world.isDone(task)).map(({ id }) => id);
  if (lost.length > 0) world.violated(`lost: ${lost.join(' ')}`);
}

/** An empty queue costs a poll at a time, on each of its levels. */
async function checkIdle(world: World): Promise<void> {
  const before = world.service.calls.of('ReceiveMessage');
  await world.advance(300_000);
  const polls = world.service.calls.of('ReceiveMessage') - before;
  const { waitTimeSeconds, priorities } = world.settings;
  const most = priorities * (2 + 300 / Math.max(1, waitTimeSeconds));
  if (polls > most) world.violated(`an idle worker polled ${polls} times in five minutes`);
}

/** I6: after everything, every slot can still be used. */
async function checkSlotsFree(world: World): Promise<void> {
  const [worker] = world.taking;
  if (worker === undefined) return;
  world.barrier = gate();
  for (let i = 0; i < worker.concurrency; i++) {
    await world.send({ group: 100 + i, delaySeconds: 0, tasks: [[]] });
  }
  await world.advance(60_000);
  if (worker.running.size !== worker.concurrency) {
    world.violated(`${worker.name} uses ${worker.running.size} of ${worker.concurrency} slots`);
  }
  world.barrier.open();
  world.barrier = undefined;
  await world.advance(60_000);
  checkNothingLost(world);
}

/** I6: nothing runs, nothing waits, no timer is left. */
function checkAtRest(world: World): void {
  for (const { engine, clock, name } of world.living) {
    const [status] = engine.status().queues;
    const left = {
      running: status?.runningCount,
      prefetched: status?.prefetchedCount,
      settlements: status?.settlementsWaiting,
      polls: status?.openPollCount,
      stuck: status?.stuckCount,
      timers: clock.pendingTimers,
    };
    if (Object.values(left).some((count) => count !== 0)) {
      world.violated(`${name} rests with ${JSON.stringify(left)}`);
    }
    if (engine.status().phase !== 'stopped') world.violated(`${name} has not stopped`);
  }
}

function withinCap(seconds: number | undefined): number {
  return Math.max(0, Math.min(seconds ?? 0, SQS_LIMITS.visibilityTimeoutSeconds) || 0);
}
