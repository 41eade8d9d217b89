import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { median } from '../median.js';
import { atMost, printVerdicts, type Verdict } from '../verdicts.js';
import { CannedService } from './canned-service.js';
import { sendContenders } from './contenders.js';
import { requestsPerTask } from './end-to-end.js';
import type { BurstFigures, SenderJob, SenderReply } from './messages.js';

/**
 * What a send costs: requests and client CPU of many sends at once, each contender in a fresh process per round; the
 * time of a send that is alone, beside the SDK's; and the requests of a task from its send to its delete.
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    sends: { type: 'string', default: '10000' },
    singles: { type: 'string', default: '300' },
    tasks: { type: 'string', default: '20000' },
  },
});
const SEND_COUNT = Number(flags.sends);
const MAX_REQUESTS_PER_SEND = 0.101;
/** Of the client CPU of batches made by hand. */
const MAX_CPU_RATIO = 0.4;
const MAX_ADDED_MS = 1;
const MAX_REQUESTS_PER_TASK = 0.33;

interface BurstSample extends BurstFigures {
  name: string;
  round: number;
  requestsPerSend: number;
}

async function main(): Promise<void> {
  const service = await CannedService.start();
  const samples: BurstSample[] = [];
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    for (const name of Object.keys(sendContenders)) {
      samples.push({ ...(await burst(name, service)), round });
    }
    console.error(`sends: round ${round} of ${flags.rounds} done`);
  }
  const singles = await latency(service);
  await service.end();
  const perTask = await requestsPerTask(Number(flags.tasks));
  printTable(samples);
  const { oursMs, rawMs } = singles;
  console.log(
    `a send alone, medians of ${flags.singles}: ours ${oursMs.toFixed(2)} ms, raw SDK ${rawMs.toFixed(2)} ms`,
  );
  const verdicts = [
    ...burstVerdicts(samples.filter(({ name }) => name === 'ours')),
    atMost('client CPU over batches by hand', cpuRatio(samples, 'ours'), MAX_CPU_RATIO),
    atMost('a send alone, over the raw SDK', oursMs - rawMs, MAX_ADDED_MS, ' ms'),
    atMost('requests per task, send to delete', perTask, MAX_REQUESTS_PER_TASK),
  ];
  process.exitCode = printVerdicts(verdicts) ? 0 : 1;
}

async function burst(name: string, service: CannedService): Promise<Omit<BurstSample, 'round'>> {
  const sender = fork(new URL('./sender.js', import.meta.url));
  const what = { kind: 'burst', name, sendCount: SEND_COUNT } as const;
  return untilDied(sender, async () => {
    const ready = replyOf(sender, 'ready');
    give(sender, { what, endpoint: service.endpoint });
    await ready;
    const before = await service.counts();
    const ended = replyOf(sender, 'burst');
    sender.send('go');
    const { figures } = await ended;
    const after = await service.counts();
    const requestsPerSend = (after.sends - before.sends) / (after.sent - before.sent);
    return { name, ...figures, requestsPerSend };
  });
}

async function latency(service: CannedService) {
  const sender = fork(new URL('./sender.js', import.meta.url));
  const what = { kind: 'latency', sendCount: Number(flags.singles) } as const;
  return untilDied(sender, async () => {
    const ended = replyOf(sender, 'latency');
    give(sender, { what, endpoint: service.endpoint });
    return (await ended).figures;
  });
}

async function untilDied<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`A sender ended early, with exit code ${String(code)}`);
  });
  try {
    return await Promise.race([work(), died]);
  } finally {
    child.kill('SIGKILL');
    await died.catch(() => undefined);
  }
}

function give(sender: ChildProcess, job: SenderJob): void {
  sender.send(job);
}

function replyOf<K extends SenderReply['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<SenderReply, { kind: K }>> {
  return new Promise((resolve) => {
    child.on('message', function take(reply: SenderReply) {
      if (reply.kind !== kind) return;
      child.off('message', take);
      resolve(reply as Extract<SenderReply, { kind: K }>);
    });
  });
}

function printTable(samples: readonly BurstSample[]): void {
  const rows = Object.keys(sendContenders).map((name) => {
    const own = samples.filter((sample) => sample.name === name);
    const cpu = median(own.map((sample) => sample.cpuMicrosPerSend));
    return {
      producing: own[0]?.label,
      resolved: Math.min(...own.map((sample) => sample.resolvedCount)),
      'requests/send': Number(median(own.map((sample) => sample.requestsPerSend)).toFixed(4)),
      'client CPU µs/send': Number(cpu.toFixed(1)),
      'CPU ÷ by hand': Number(cpuRatio(samples, name).toFixed(2)),
    };
  });
  console.table(rows);
}

/** Each round's own ratio, then their median: a busy minute slows both sides of a round. */
function cpuRatio(samples: readonly BurstSample[], name: string): number {
  const cpuOf = (who: string, round: number): number =>
    samples.find((one) => one.name === who && one.round === round)?.cpuMicrosPerSend ?? NaN;
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return median(rounds.map((round) => cpuOf(name, round) / cpuOf('raw-sdk', round)));
}

function burstVerdicts(ours: readonly BurstSample[]): Verdict[] {
  const worst = Math.max(...ours.map((sample) => sample.requestsPerSend));
  const resolved = Math.min(...ours.map((sample) => sample.resolvedCount));
  return [
    atMost('requests per send', worst, MAX_REQUESTS_PER_SEND),
    { held: resolved === SEND_COUNT, text: `${resolved} of ${SEND_COUNT} sends resolved` },
  ];
}

await main();
