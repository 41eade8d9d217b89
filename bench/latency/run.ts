import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ChildService } from '../child-service.js';
import { QUEUE } from '../contenders/contender.js';
import { median } from '../median.js';
import { atMost, printVerdicts } from '../verdicts.js';
import { latencyContenders } from './contenders.js';
import type { LatencyJob, LatencyReply } from './messages.js';

/**
 * From `send()` to the handler, while nothing else is on its way: one task at a time, the worker's long poll open.
 * Contenders take turns, each in a fresh process with a service of its own per round, so that what the machine does
 * meanwhile meets them all.
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    sends: { type: 'string', default: '300' },
    'warm-up': { type: 'string', default: '100' },
    only: { type: 'string', multiple: true },
  },
});
/** Of the hand-written loop's median in the same round. */
const MAX_MEDIAN_RATIO = 1;

interface Sample extends LatencyReply {
  name: string;
  round: number;
}

async function main(): Promise<void> {
  const samples: Sample[] = [];
  const names = flags.only ?? Object.keys(latencyContenders);
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    for (const name of names) samples.push({ name, round, ...(await measure(name)) });
    console.error(`round ${round} of ${flags.rounds} done`);
  }
  console.table(names.map((name) => rowOf(name, samples)));
  const ratio = ratioOf('ours', samples);
  const verdict = atMost('median, send to handler, over the SDK loop', ratio, MAX_MEDIAN_RATIO);
  process.exitCode = printVerdicts([verdict]) ? 0 : 1;
}

async function measure(name: string): Promise<LatencyReply> {
  const service = await ChildService.start('memory');
  const { endpoint } = service;
  await createQueue(endpoint);
  const client = fork(new URL('./client.js', import.meta.url));
  const ended = once(client, 'exit');
  const died = ended.then(([code]) => {
    throw new Error(`${name} ended early, with exit code ${String(code)}`);
  });
  const [warmUpCount, sendCount] = [Number(flags['warm-up']), Number(flags.sends)];
  const job: LatencyJob = { name, endpoint, warmUpCount, sendCount };
  try {
    client.send(job);
    const [reply] = (await Promise.race([once(client, 'message'), died])) as [LatencyReply];
    return reply;
  } finally {
    died.catch(() => undefined);
    client.kill('SIGKILL');
    await ended;
    await service.end();
  }
}

async function createQueue(endpoint: string): Promise<void> {
  const headers = { 'x-amz-target': 'AmazonSQS.CreateQueue' };
  const body = JSON.stringify({ QueueName: QUEUE });
  const { status } = await fetch(endpoint, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`Creating the queue was answered with ${status}`);
}

function rowOf(name: string, samples: readonly Sample[]): object {
  const own = samples.filter((sample) => sample.name === name);
  const inRounds = (part: number) => median(own.map(({ times }) => quantile(times, part)));
  return {
    'send to handler': own[0]?.label,
    'median ms': Number(inRounds(0.5).toFixed(2)),
    'p99 ms': Number(inRounds(0.99).toFixed(2)),
    'median ÷ SDK loop': Number(ratioOf(name, samples).toFixed(2)),
  };
}

/** Each round's own ratio, then their median: a busy minute slows both sides of a round. */
function ratioOf(name: string, samples: readonly Sample[]): number {
  const medianOf = (who: string, round: number): number =>
    median(samples.find((one) => one.name === who && one.round === round)?.times ?? []);
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return median(rounds.map((round) => medianOf(name, round) / medianOf('raw-sdk', round)));
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

await main();
