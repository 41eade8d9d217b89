import type { ProcessHost, StopSignal } from './process-host.js';

const SIGNALS: readonly StopSignal[] = ['SIGTERM', 'SIGINT'];

/** Listens to the signals that stop a process: the first asks, the second insists. */
export class StopSignals {
  readonly first: Promise<StopSignal>;
  readonly second: Promise<StopSignal>;
  private readonly resolvers: ((signal: StopSignal) => void)[] = [];
  private readonly listener = (signal: StopSignal): void => this.resolvers.shift()?.(signal);

  constructor(private readonly host: ProcessHost) {
    this.first = new Promise((resolve) => this.resolvers.push(resolve));
    this.second = new Promise((resolve) => this.resolvers.push(resolve));
    for (const signal of SIGNALS) host.on(signal, this.listener);
  }

  end(): void {
    for (const signal of SIGNALS) this.host.off(signal, this.listener);
  }
}
