import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { contenders } from './contenders/index.js';
import type {
  ContenderJob,
  ContenderReply,
  RequestCounts,
  ServerCommand,
  ServerReply,
} from './messages.js';
import { printReport, type Sample } from './report.js';

/**
 * Every contender takes its turn in each round, against the same server, in a fresh process: what the machine does
 * meanwhile meets them all. Medians over the rounds are compared.
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    'measure-tasks': { type: 'string', default: '20000' },
    'warm-up-tasks': { type: 'string', default: '20000' },
    'latency-ms': { type: 'string', default: '0' },
    only: { type: 'string', multiple: true },
  },
});

async function main(): Promise<void> {
  const server = fork(new URL('./canned-sqs.js', import.meta.url), [flags['latency-ms']]);
  try {
    const { port } = await nextReply(server, 'listening');
    const samples: Sample[] = [];
    const names = flags.only ?? Object.keys(contenders);
    for (let round = 1; round <= Number(flags.rounds); round += 1) {
      for (const name of names) {
        samples.push({ name, round, ...(await measure(name, server, port)) });
      }
      console.error(`round ${round} of ${flags.rounds} done`);
    }
    process.exitCode = printReport(samples) ? 0 : 1;
  } finally {
    command(server, { kind: 'end' });
  }
}

type Measured = Omit<Sample, 'name' | 'round'>;

async function measure(name: string, server: ChildProcess, port: number): Promise<Measured> {
  const child = fork(new URL('./contender.js', import.meta.url));
  const job: ContenderJob = {
    name,
    endpoint: `http://127.0.0.1:${port}`,
    warmUpTasks: Number(flags['warm-up-tasks']),
    measureTasks: Number(flags['measure-tasks']),
  };
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended early, with exit code ${String(code)}`);
  });
  try {
    return await Promise.race([countWhile(child, job, server), died]);
  } finally {
    died.catch(() => undefined);
    child.kill('SIGKILL');
    await died.catch(() => undefined);
  }
}

async function countWhile(
  child: ChildProcess,
  job: ContenderJob,
  server: ChildProcess,
): Promise<Measured> {
  const marked = nextContenderReply(child, 'mark');
  const ended = nextContenderReply(child, 'measured');
  child.send(job);
  await marked;
  const before = await countsOf(server);
  const { tasks, cpuMicros, durationMs, label } = await ended;
  const after = await countsOf(server);
  const requests = after.receives + after.deletes - before.receives - before.deletes;
  return {
    label,
    tasksPerSecond: (tasks * 1000) / durationMs,
    cpuMicrosPerTask: cpuMicros / tasks,
    requestsPerTask: requests / (after.deleted - before.deleted),
  };
}

async function countsOf(server: ChildProcess): Promise<RequestCounts> {
  const answer = nextReply(server, 'counts');
  command(server, { kind: 'count' });
  return (await answer).counts;
}

function command(server: ChildProcess, what: ServerCommand): void {
  if (server.connected) server.send(what);
}

function nextReply<K extends ServerReply['kind']>(
  from: ChildProcess,
  kind: K,
): Promise<Extract<ServerReply, { kind: K }>> {
  return nextOfKind<ServerReply, K>(from, kind);
}

function nextContenderReply<K extends ContenderReply['kind']>(
  from: ChildProcess,
  kind: K,
): Promise<Extract<ContenderReply, { kind: K }>> {
  return nextOfKind<ContenderReply, K>(from, kind);
}

function nextOfKind<T extends { kind: string }, K extends T['kind']>(
  from: ChildProcess,
  kind: K,
): Promise<Extract<T, { kind: K }>> {
  return new Promise((resolve) => {
    from.on('message', function take(reply: T) {
      if (reply.kind !== kind) return;
      from.off('message', take);
      resolve(reply as Extract<T, { kind: K }>);
    });
  });
}

await main();
