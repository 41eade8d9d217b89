import type { WorkerEnd } from '../../contracts/index.js';
import { WORKER_DEFAULTS } from '../../contracts/options/defaults.js';
import { settledWithin } from '../../primitives/wait.js';
import { exitCodeOf } from './process-host.js';
import type { ProcessHost, StopSignal } from './process-host.js';
import type { ServerSqs } from './server-sqs.js';
import type { StopSignals } from './stop-signals.js';
import type { WorkerApp } from './worker-app.js';

/** From the second signal to the end of the process; a supervisor that insists does not wait longer. */
const ABORT_MS = 800;

/** How a worker process ended. */
export interface SqsWorkerRun {
  readonly reason: WorkerEnd['reason'];
  /** The signal that asked for it. */
  readonly signal?: StopSignal;
  /** Handlers that had not ended when the worker gave up waiting; what they held was given back. */
  readonly unfinishedCount: number;
}

export interface WorkerRunParts {
  readonly app: WorkerApp;
  readonly signals: StopSignals;
  readonly host: ProcessHost;
}

/**
 * One run of a worker process.
 *
 * - STARTING: queues are looked after, servers begin. → RUNNING; failing to start closes the app and rejects; a signal
 *   gives the start up: → STOPPING
 * - RUNNING: until a signal, or all servers ended by themselves, or one ended for a fatal error. → STOPPING
 * - STOPPING: every server drains, then the app closes, so that no provider is destroyed under a handler; each in its
 *   time. → ENDED
 * - ABORTING: a second signal, in any state: what is held is released and the process exits within a second.
 */
export class WorkerRun {
  private isAborting = false;

  constructor(private readonly parts: WorkerRunParts) {}

  run(): Promise<SqsWorkerRun> {
    const { signals } = this.parts;
    const work = this.work();
    const aborted = signals.second.then((signal) => this.abort(signal, work));
    return Promise.race([work, aborted]);
  }

  private async work(): Promise<SqsWorkerRun> {
    const { app, signals } = this.parts;
    const start = app.start();
    const early = await this.duringStart(start);
    if (early !== undefined) {
      // What it fails with from now on is that it was given up.
      start.catch(() => {});
      app.abandonStart();
      return this.stop(early, { hasStarted: false });
    }
    const signal = await Promise.race([signals.first, this.endOfServers()]);
    return this.stop(signal, { hasStarted: true });
  }

  /** The signal that came before the start had ended. */
  private async duringStart(start: Promise<void>): Promise<StopSignal | undefined> {
    try {
      return await Promise.race([start.then(() => undefined), this.parts.signals.first]);
    } catch (error) {
      // After a start that failed Nest's close() rejects with the same error once more.
      await this.closeApp();
      throw error;
    }
  }

  /** All have ended, or one met a fatal error. */
  private endOfServers(): Promise<undefined> {
    const ends = this.parts.app.servers().map((server) => server.ended);
    return new Promise((resolve) => {
      void Promise.all(ends).then(() => resolve(undefined));
      for (const end of ends) {
        void end.then(({ reason }) => (reason === 'fatal' ? resolve(undefined) : undefined));
      }
    });
  }

  private async stop(
    signal: StopSignal | undefined,
    { hasStarted }: { hasStarted: boolean },
  ): Promise<SqsWorkerRun> {
    const { app } = this.parts;
    await app.drain({ exiting: true, ...(signal && { because: signal }) });
    const ends = await Promise.all(app.servers().map((server) => server.ended));
    const { isClosed, error } = await this.closeApp();
    if (error !== undefined && hasStarted) throw error;
    const fatal = ends.find((end) => end.reason === 'fatal');
    if (fatal !== undefined) throw this.failed(fatal);
    return this.finished(ends, { signal, isClosed });
  }

  /** Not closed in its time: a hook of the app never returns. */
  private async closeApp(): Promise<{ isClosed: boolean; error?: unknown }> {
    const { app, host } = this.parts;
    const times = app.servers().map(({ closeTimeoutMs }) => closeTimeoutMs);
    const timeoutMs = times.length === 0 ? WORKER_DEFAULTS.closeTimeoutMs : Math.max(...times);
    const failure: { error?: unknown } = {};
    const closing = app.close().catch((error: unknown) => void (failure.error = error));
    if (await settledWithin(closing, timeoutMs, host.clock)) return { isClosed: true, ...failure };
    const message = 'The app did not close in time: a shutdown hook of its providers has not ended';
    app.logger.error(message, { closeTimeoutMs: timeoutMs });
    await app.giveUpSends();
    return { isClosed: false };
  }

  private failed(end: WorkerEnd): unknown {
    this.parts.host.setExitCode(1);
    return end.error ?? new Error('The worker ended for a fatal error.');
  }

  private finished(
    ends: readonly WorkerEnd[],
    { signal, isClosed }: { signal: StopSignal | undefined; isClosed: boolean },
  ): SqsWorkerRun {
    const unfinishedCount = ends.reduce((sum, end) => sum + end.unfinishedCount, 0);
    // The messages of handlers that run on were given back: running on would do them twice.
    if ((unfinishedCount > 0 || !isClosed) && !this.isAborting) {
      this.parts.host.exit(signal === undefined ? 1 : exitCodeOf(signal));
    }
    const reason = ends.find((end) => end.reason !== 'drained')?.reason ?? 'drained';
    return signal === undefined ? { reason, unfinishedCount } : { reason, signal, unfinishedCount };
  }

  private async abort(signal: StopSignal, work: Promise<SqsWorkerRun>): Promise<SqsWorkerRun> {
    this.isAborting = true;
    const { app, host } = this.parts;
    const servers = app.servers();
    app.abandonStart();
    const released = Promise.allSettled([...servers.map((server) => server.abort()), work]);
    if (!(await settledWithin(released, ABORT_MS, host.clock))) {
      const message = 'The process exits although not everything has ended';
      app.logger.warn(message, { because: signal, timeoutMs: ABORT_MS });
      await app.giveUpSends();
    }
    host.exit(exitCodeOf(signal));
    const unfinishedCount = sumRunning(servers);
    return { reason: 'aborted', signal, unfinishedCount };
  }
}

function sumRunning(servers: readonly ServerSqs[]): number {
  const queues = servers.flatMap((server) => server.workerStatus().queues);
  return queues.reduce((sum, queue) => sum + queue.runningCount, 0);
}
