import type { WorkerOptions } from '../../contracts/index.js';
import { exitCodeOf, processHost } from './process-host.js';
import type { ProcessHost, StopSignal } from './process-host.js';
import { StopSignals } from './stop-signals.js';
import { openWorkerApp } from './worker-app.js';
import type { WorkerTarget } from './worker-app.js';
import { WorkerRun } from './worker-run.js';
import type { SqsWorkerRun } from './worker-run.js';

/**
 * Runs a worker until it is told to stop, and ends it in the order that loses nothing: every `ServerSqs` drains, then
 * `app.close()` runs the destroy hooks. It owns SIGTERM and SIGINT while it runs; Nest's shutdown hooks are taken off.
 *
 * The first signal drains, also one that comes while the app starts. A second one aborts: what is held is released and the
 * process exits within a second, with 130 (SIGINT) or 143 (SIGTERM). After a drain the process ends by itself with 0, or,
 * where handlers did not end in `drainTimeoutMs`, or the app's shutdown hooks in `closeTimeoutMs`, exits with 130, 143 or (a
 * stop policy) 1. A fatal error sets exit code 1 and rejects.
 *
 * @param target a module; a microservice made with `sqsWorker()`; or a web app, which gets a worker where it has none
 * @example
 * ```ts
 * await runSqsWorker(AppModule, { queues: ['emails'], stopWhen: idle({ seconds: 300 }) });
 * ```
 */
export async function runSqsWorker(
  target: WorkerTarget,
  options: WorkerOptions = {},
  host: ProcessHost = processHost,
): Promise<SqsWorkerRun> {
  const signals = new StopSignals(host);
  try {
    const app = await Promise.race([openWorkerApp(target, options), signals.first]);
    if (typeof app === 'string') return exitBeforeStart(host, app);
    return await new WorkerRun({ app, signals, host }).run();
  } finally {
    signals.end();
  }
}

/** There is no app yet that could have taken anything, or be closed. */
function exitBeforeStart(host: ProcessHost, signal: StopSignal): SqsWorkerRun {
  host.exit(exitCodeOf(signal));
  return { reason: 'drained', signal, unfinishedCount: 0 };
}
