import { setTimeout as pause } from 'node:timers/promises';
import { latencyContenders } from './contenders.js';
import type { LatencyJob, LatencyReply } from './messages.js';

/** Until the delete is through and the next long poll is open. */
const REST_MS = 15;

/** One contender in a process of its own: one task at a time, each while nothing else is on its way. */
async function run({ name, endpoint, warmUpCount, sendCount }: LatencyJob): Promise<void> {
  const contender = latencyContenders[name];
  if (contender === undefined) throw new Error(`No contender is called "${name}"`);
  let handled: (() => void) | undefined;
  const send = await contender.start(endpoint, () => handled?.());
  const times: number[] = [];
  for (let n = 0; n < warmUpCount + sendCount; n += 1) {
    await pause(REST_MS);
    const started = new Promise<void>((resolve) => (handled = resolve));
    const startedAt = performance.now();
    const [ms] = await Promise.all([started.then(() => performance.now() - startedAt), send()]);
    if (n >= warmUpCount) times.push(ms);
  }
  tell({ label: contender.label, times });
}

function tell(reply: LatencyReply): void {
  process.send?.(reply);
}

process.on('disconnect', () => process.exit(0));
process.once('message', (job: LatencyJob) => {
  run(job).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
