import { Presets, SingleBar } from 'cli-progress';
import { printable } from '../../../primitives/printable.js';
import type { CliHost } from '../host.js';

/** How far something is, as far as it is known. */
export interface ProgressState {
  readonly done: number;
  readonly total: number | undefined;
}

/** Shows how far long work is. */
export interface Progress {
  update(state: ProgressState): void;
  end(): void;
}

/** A bar on the terminal's standard error; in a pipe nothing, so that what is answered stays clean. */
export function progressOf(host: Pick<CliHost, 'stderr'>, what: string): Progress {
  return host.stderr.isTerminal ? new Bar(what) : SILENT;
}

const SILENT: Progress = { update() {}, end() {} };

class Bar implements Progress {
  private readonly bar: SingleBar;
  private hasStarted = false;

  constructor(what: string) {
    const format = `${printable(what)} {bar} {value}/{total}`;
    this.bar = new SingleBar(
      { format, clearOnComplete: false, hideCursor: true },
      Presets.shades_classic,
    );
  }

  update({ done, total = done }: ProgressState): void {
    const all = Math.max(total, done);
    if (!this.hasStarted) this.bar.start(all, done);
    this.hasStarted = true;
    this.bar.setTotal(all);
    this.bar.update(done);
  }

  end(): void {
    if (this.hasStarted) this.bar.stop();
  }
}
