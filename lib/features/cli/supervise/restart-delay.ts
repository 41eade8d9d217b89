import { exponentialWait } from '../../../primitives/backoff.js';

const DELAY_MS = { first: 1_000, max: 60_000 };
/** A process that lived so long has recovered: the next death is the first again. */
const RECOVERED_MS = 60_000;

/** How long to wait before a process that died is started again: 1 s, then twice as long each time, up to a minute. */
export class RestartDelay {
  private deaths = 0;

  nextMs(livedMs: number): number {
    this.deaths = livedMs >= RECOVERED_MS ? 1 : this.deaths + 1;
    return exponentialWait({ attempt: this.deaths, ...DELAY_MS, jitter: 'none' });
  }
}
