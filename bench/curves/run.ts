import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { RequestCounts, ServerReply } from '../messages.js';
import type { CurveJob, CurveReply } from './messages.js';

/**
 * What a task costs as queues and slots grow: requests (receives and deletes) and the worker's processor time. The
 * service never runs dry and does no work, so every queue is under load.
 */
const DEFAULT_SLOTS = 10;
const points = [
  ...[1, 10, 100, 1_000].map((queueCount) => ({ queueCount, slots: DEFAULT_SLOTS })),
  ...[1, 10, 40, 100, 1_000].map((slots) => ({ queueCount: 1, slots })),
];

async function main(): Promise<void> {
  const server = fork(new URL('../canned-sqs.js', import.meta.url), [
    process.env['CURVES_LATENCY_MS'] ?? '5',
  ]);
  const { port } = (await nextOfKind(server, 'listening')) as { port: number };
  console.log('| queues | slots each | tasks/s | requests per task | client CPU µs per task |');
  console.log('| ---: | ---: | ---: | ---: | ---: |');
  for (const point of points) {
    const { queueCount, slots } = point;
    const job = { ...point, endpoint: `http://127.0.0.1:${port}`, ...timesFor(queueCount) };
    const { tasksPerSecond, requests, cpuMicros } = await measure(job, server);
    console.log(
      `| ${queueCount} | ${slots} | ${tasksPerSecond.toFixed(0)} | ${requests.toFixed(3)} | ${cpuMicros.toFixed(0)} |`,
    );
  }
  server.send({ kind: 'end' });
}

/** Many queues take longer until each is under load. */
function timesFor(queueCount: number) {
  return { warmUpMs: queueCount < 1_000 ? 2_000 : 8_000, measureMs: 5_000 };
}

async function measure(job: CurveJob, server: ChildProcess) {
  const child = fork(new URL('./worker.js', import.meta.url));
  try {
    const marked = nextOfKind(child, 'mark');
    const ended = nextOfKind(child, 'measured');
    child.send(job);
    await marked;
    const before = await countsOf(server);
    const { tasks, cpuMicros, elapsedMs } = (await ended) as Extract<
      CurveReply,
      { kind: 'measured' }
    >;
    const after = await countsOf(server);
    const asked = after.receives + after.deletes - before.receives - before.deletes;
    return {
      tasksPerSecond: (tasks * 1000) / elapsedMs,
      requests: asked / (after.deleted - before.deleted),
      cpuMicros: cpuMicros / tasks,
    };
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

async function countsOf(server: ChildProcess): Promise<RequestCounts> {
  const answer = nextOfKind(server, 'counts');
  server.send({ kind: 'count' });
  return ((await answer) as { counts: RequestCounts }).counts;
}

function nextOfKind(from: ChildProcess, kind: string): Promise<ServerReply | CurveReply> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`A process ended early (${code})`));
    from.once('exit', died);
    from.on('message', function take(reply: ServerReply | CurveReply) {
      if (reply.kind !== kind) return;
      from.off('message', take);
      from.off('exit', died);
      resolve(reply);
    });
  });
}

await main();
