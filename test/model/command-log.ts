import type { Clock } from '../../lib/contracts/index.js';

interface Line {
  at: number;
  what: string;
  /** Said again and again. */
  times: number;
  until: number;
}

/** What happened, in order and readable. */
export class CommandLog {
  private readonly lines: Line[] = [];

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  add(what: string): void {
    const at = this.clock.now();
    const last = this.lines.at(-1);
    if (last?.what === what) Object.assign(last, { times: last.times + 1, until: at });
    else this.lines.push({ at, what, times: 1, until: at });
  }

  /** Each line begins with its milliseconds since the beginning. */
  get text(): string {
    return this.lines.map(textOf).join('\n');
  }
}

function textOf({ at, what, times, until }: Line): string {
  const often = times > 1 ? ` (${times} times until ${until})` : '';
  return `${String(Math.round(at)).padStart(9)} ${what}${often}`;
}
