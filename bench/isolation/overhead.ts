import type { IsolateOptions } from 'nestjs-sqs-tasks';
import { ChildService } from '../child-service.js';
import { median } from '../median.js';
import { actsFile, startApp } from './app.js';

/** What isolation adds to a task that does nothing: one at a time, in this process, in a thread and in a process. */
const TASKS = 1_000;

async function main(): Promise<void> {
  const service = await ChildService.start('memory');
  const plain = await measure(service, undefined);
  const thread = await measure(service, 'thread');
  const processes = await measure(service, 'process');
  await service.end();
  console.table({
    'not isolated': rowOf(plain, plain),
    thread: rowOf(thread, plain),
    process: rowOf(processes, plain),
  });
}

interface Measured {
  /** The first task, which starts the member. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

async function measure(
  service: ChildService,
  runtime: IsolateOptions['runtime'] | undefined,
): Promise<Measured> {
  const isolate = runtime && { runtime, file: actsFile, size: 1 };
  const app = await startApp({
    connection: service.connection(),
    task: isolate === undefined ? {} : { isolate },
    concurrency: 1,
  });
  const durations: number[] = [];
  const done = new Promise<void>((resolve) =>
    app.onEnd(({ durationMs }) => {
      durations.push(durationMs);
      if (durations.length === TASKS + 1) resolve();
    }),
  );
  await app.send(...Array.from({ length: TASKS + 1 }, () => ({ act: 'nothing' }) as const));
  await done;
  await app.app.close();
  const [firstMs = NaN, ...rest] = durations;
  const sorted = rest.toSorted((a, b) => a - b);
  return { firstMs, medianMs: median(rest), p99Ms: sorted[Math.floor(TASKS * 0.99)] ?? NaN };
}

function rowOf({ firstMs, medianMs, p99Ms }: Measured, plain: Measured) {
  return {
    'per task, ms': rounded(medianMs),
    'p99, ms': rounded(p99Ms),
    'added, ms': rounded(medianMs - plain.medianMs),
    'first task, start of the member included, ms': rounded(firstMs),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

await main();
