import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IsolateOptions } from 'nestjs-sqs-tasks';
import { ChildService } from '../child-service.js';
import { atMost, printVerdicts, type Verdict } from '../verdicts.js';
import { actsFile, startApp } from './app.js';

/**
 * A pool of two burns CPU: the event loop of the worker stays free, heartbeats keep going, and each task runs exactly
 * once although it outlives its visibility timeout of two seconds. BURN_SECONDS (60).
 */
const SECONDS = Number(process.env['BURN_SECONDS'] ?? 60);
const TASK_MS = 5_000;
const VISIBILITY_SECONDS = 2;
const MAX_DELAY_MS = 50;

async function main(): Promise<void> {
  const service = await ChildService.start('memory');
  const verdicts = [];
  for (const runtime of ['thread', 'process'] as const) {
    verdicts.push(...(await burn(service, runtime)));
  }
  await service.end();
  process.exitCode = printVerdicts(verdicts) ? 0 : 1;
}

async function burn(service: ChildService, runtime: IsolateOptions['runtime']): Promise<Verdict[]> {
  const taskCount = Math.max(2, Math.round((SECONDS * 1_000 * 2) / TASK_MS));
  const app = await startApp({
    connection: service.connection(),
    task: { isolate: { runtime, file: actsFile, size: 2 } },
    visibilityTimeoutSeconds: VISIBILITY_SECONDS,
  });
  const times = new Map<number, number>();
  const done = new Promise<void>((resolve) =>
    app.onEnd(({ outcome }) => {
      if (outcome.kind !== 'success') return;
      const n = outcome.value as number;
      times.set(n, (times.get(n) ?? 0) + 1);
      if (times.size === taskCount) resolve();
    }),
  );
  const acts = Array.from(
    { length: taskCount },
    (_, n) => ({ act: 'burn', ms: TASK_MS, n }) as const,
  );
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const startedAt = performance.now();
  delay.enable();
  await app.send(...acts);
  await done;
  delay.disable();
  const tookMs = performance.now() - startedAt;
  await app.app.close();

  // The histogram counts its own millisecond of resolution too.
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map(
    (ns) => ns / 1e6 - 1,
  ) as [number, number, number];
  const twice = [...times.values()].filter((count) => count > 1).length;
  const what = `${taskCount} tasks of ${TASK_MS / 1_000} s of CPU in two members (${runtime})`;
  console.log(
    `${what}: ${(tookMs / 1_000).toFixed(1)} s, loop delay p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
  );
  return [
    atMost(`event loop delay p99 (${runtime})`, p99, MAX_DELAY_MS, ' ms'),
    { held: times.size === taskCount, text: `${what}: all were done` },
    { held: twice === 0, text: `${twice} of them ran twice` },
  ];
}

await main();
