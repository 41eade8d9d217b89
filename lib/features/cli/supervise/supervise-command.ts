import { given } from '../../../contracts/options/given.js';
import { WORKER_DEFAULTS } from '../../../contracts/options/defaults.js';
import { Background } from '../../../primitives/background.js';
import { errorText } from '../../../primitives/error-text.js';
import { ASK_PARENT } from '../../../nest/adapters/shared-embedded.js';
import type { StopSignal } from '../../../nest/index.js';
import type { CliHost, ForkedProcess } from '../host.js';
import { RUNNING } from '../work/running.js';
import { reportLines } from '../work/start-report.js';
import type { WorkSettings } from '../work/settings.js';
import type { Throughput } from '../work/throughput.js';
import { EmbeddedHost } from './embedded-host.js';
import { FROM_WORKER, isMessage } from './messages.js';
import type { FromWorker, ToWorker } from './messages.js';
import { StatsTeller } from './stats-teller.js';
import { Supervisor } from './supervisor.js';

export interface SuperviseParts {
  readonly settings: WorkSettings;
  readonly host: CliHost;
  readonly throughput: Throughput;
  readonly write: (line: string) => void;
}

/** Runs the worker in processes of its own, and looks after them. Resolves with the exit code. */
export async function superviseWork(parts: SuperviseParts): Promise<number> {
  const { host } = parts;
  const supervised = new SupervisedWork(parts);
  const listener = (signal: StopSignal): void => supervised.signal(signal);
  for (const signal of SIGNALS) host.process.on(signal, listener);
  try {
    return await supervised.run();
  } finally {
    for (const signal of SIGNALS) host.process.off(signal, listener);
  }
}

const SIGNALS: readonly StopSignal[] = ['SIGTERM', 'SIGINT'];

class SupervisedWork {
  private readonly supervisor: Supervisor;
  private readonly embedded: EmbeddedHost;
  private readonly stats = new StatsTeller((child) => this.tell(child, { type: 'tell-stats' }));
  private readonly background = new Background((error) => this.parts.write(errorText(error)));
  private hasReported = false;
  private hasStarted = false;

  constructor(private readonly parts: SuperviseParts) {
    const { settings, host, write } = parts;
    this.embedded = new EmbeddedHost({
      onStarted: (endpoint) => write(`  embedded SQS: SQS_EMBEDDED_URL=${endpoint}`),
    });
    this.supervisor = new Supervisor({
      count: settings.processes,
      clock: host.clock,
      ...WORKER_DEFAULTS,
      ...given({ drainTimeoutMs: settings.worker.drainTimeoutMs }),
      fork: () => host.fork(embeddedEnv(host)),
      onForked: (child, number) => this.follow(child, number),
      say: write,
    });
  }

  async run(): Promise<number> {
    const code = await this.supervisor.run();
    await this.background.idle();
    await this.embedded.close();
    return code;
  }

  signal(signal: StopSignal): void {
    this.supervisor.signal(signal);
  }

  private follow(child: ForkedProcess, number: number): void {
    const key = `${number} ${child.pid}`;
    child.onMessage((message) => {
      if (isMessage<FromWorker>(message, FROM_WORKER)) this.hear(message, child, key);
    });
    void child.exited.catch(() => {}).then(() => this.stats.ended(child));
    this.tell(child, { type: 'start', settings: this.parts.settings });
  }

  private hear(message: FromWorker, child: ForkedProcess, key: string): void {
    switch (message.type) {
      case 'report':
        return this.reportOnce(message);
      case 'started':
        return this.started(child);
      case 'counts':
        return this.parts.throughput.update(key, message.counts);
      default:
        return this.background.track(this.answer(child));
    }
  }

  private started(child: ForkedProcess): void {
    this.stats.started(child);
    if (!this.hasStarted) this.parts.write(RUNNING);
    this.hasStarted = true;
    this.parts.throughput.begin();
    this.supervisor.started();
  }

  private async answer(child: ForkedProcess): Promise<void> {
    this.tell(child, await this.embedded.answer());
  }

  private tell(child: ForkedProcess, message: ToWorker): void {
    child.send(message);
  }

  /** All processes run the same. */
  private reportOnce({ report }: Extract<FromWorker, { type: 'report' }>): void {
    if (this.hasReported) return;
    this.hasReported = true;
    for (const line of reportLines(this.parts.settings, report)) this.parts.write(line);
  }
}

/** Where nobody has started an embedded SQS, the processes share that of the command. */
function embeddedEnv({ env }: CliHost): Record<string, string> {
  return { SQS_EMBEDDED_URL: env['SQS_EMBEDDED_URL'] || ASK_PARENT };
}
