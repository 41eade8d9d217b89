import { once } from 'node:events';
import { median } from '../median.js';
import { sendContenders, startOurs, startRawSingle, type SendOne } from './contenders.js';
import type { SenderJob, SenderReply } from './messages.js';

/** One contender's burst in a process of its own, or single sends of ours and of the SDK in turns. */
async function run({ what, endpoint }: SenderJob): Promise<void> {
  if (what.kind === 'burst') await runBurst(what.name, endpoint, what.sendCount);
  else tell({ kind: 'latency', figures: await compareSingles(endpoint, what.sendCount) });
}

async function runBurst(name: string, endpoint: string, sendCount: number): Promise<void> {
  const contender = sendContenders[name];
  if (contender === undefined) throw new Error(`No contender is called "${name}"`);
  const burst = await contender.start(endpoint);
  await burst(sendCount);
  const told = once(process, 'message');
  tell({ kind: 'ready' });
  await told;
  const before = process.cpuUsage();
  const resolvedCount = await burst(sendCount);
  const { user, system } = process.cpuUsage(before);
  const cpuMicrosPerSend = (user + system) / sendCount;
  tell({ kind: 'burst', figures: { label: contender.label, resolvedCount, cpuMicrosPerSend } });
}

/** Each send is alone; the two take turns, so that what the machine does meanwhile meets both. */
async function compareSingles(endpoint: string, sendCount: number) {
  const ours = await startOurs(endpoint);
  const raw = startRawSingle(endpoint);
  await inTurns(ours, raw, 200);
  return inTurns(ours, raw, sendCount);
}

async function inTurns(ours: SendOne, raw: SendOne, sendCount: number) {
  const times = { ours: [] as number[], raw: [] as number[] };
  for (let n = 0; n < sendCount; n += 1) {
    times.ours.push(await timeOf(ours, n));
    times.raw.push(await timeOf(raw, n));
  }
  return { oursMs: median(times.ours), rawMs: median(times.raw) };
}

async function timeOf(sendOne: SendOne, n: number): Promise<number> {
  const startedAt = performance.now();
  await sendOne(n);
  return performance.now() - startedAt;
}

function tell(reply: SenderReply): void {
  process.send?.(reply);
}

process.on('disconnect', () => process.exit(0));
process.once('message', (job: SenderJob) => {
  run(job).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
