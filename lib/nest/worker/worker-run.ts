import type { WorkerEnd } from '../../contracts/index.js';
import { deferred } from '../../primitives/deferred.js';
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
 * - STARTING: queues are looked after, servers begin. → RUNNING; failing to start closes the app and rejects.
 * - RUNNING: until a signal, or all servers ended by themselves, or one ended for a fatal error. → STOPPING
 * - STOPPING: every server drains, then the app closes, so that no provider is destroyed under a handler. → ENDED
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
    await this.start();
    const { signals } = this.parts;
    const signal = await Promise.race([signals.first, this.endOfServers()]);
    return this.stop(signal);
  }

  private async start(): Promise<void> {
    const { app } = this.parts;
    try {
      await app.start();
    } catch (error) {
      // After a start that failed Nest's close() rejects with the same error once more.
      await Promise.allSettled([app.close()]);
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

  private async stop(signal: StopSignal | undefined): Promise<SqsWorkerRun> {
    const { app } = this.parts;
    const ends = await Promise.all(app.servers().map(drained));
    await app.close();
    const fatal = ends.find((end) => end.reason === 'fatal');
    if (fatal !== undefined) throw this.failed(fatal);
    return this.finished(ends, signal);
  }

  private failed(end: WorkerEnd): unknown {
    this.parts.host.setExitCode(1);
    return end.error ?? new Error('The worker ended for a fatal error.');
  }

  private finished(ends: readonly WorkerEnd[], signal: StopSignal | undefined): SqsWorkerRun {
    const unfinishedCount = ends.reduce((sum, end) => sum + end.unfinishedCount, 0);
    // Their messages were given back: running on would do them twice.
    if (unfinishedCount > 0 && !this.isAborting) {
      this.parts.host.exit(signal === undefined ? 1 : exitCodeOf(signal));
    }
    const reason = ends.find((end) => end.reason !== 'drained')?.reason ?? 'drained';
    return signal === undefined ? { reason, unfinishedCount } : { reason, signal, unfinishedCount };
  }

  private async abort(signal: StopSignal, work: Promise<SqsWorkerRun>): Promise<SqsWorkerRun> {
    this.isAborting = true;
    const { app, host } = this.parts;
    const servers = app.servers();
    const deadline = deferred<void>();
    const timer = host.clock.setTimer(() => deadline.resolve(), ABORT_MS);
    const released = Promise.allSettled([...servers.map((server) => server.abort()), work]);
    await Promise.race([released, deadline.promise]);
    timer.cancel();
    host.exit(exitCodeOf(signal));
    const unfinishedCount = sumRunning(servers);
    return { reason: 'aborted', signal, unfinishedCount };
  }
}

async function drained(server: ServerSqs): Promise<WorkerEnd> {
  await server.close({ exiting: true });
  return server.ended;
}

function sumRunning(servers: readonly ServerSqs[]): number {
  const queues = servers.flatMap((server) => server.workerStatus().queues);
  return queues.reduce((sum, queue) => sum + queue.runningCount, 0);
}
