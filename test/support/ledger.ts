import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export type LedgerKind = 'started' | 'done';

/**
 * What happened, one line each, in a file that several processes share and that a kill cannot undo: every line is one
 * write with O_APPEND, made before the call returns.
 */
export class Ledger {
  constructor(readonly path: string) {}

  started(id: string): void {
    this.write('started', id);
  }

  done(id: string): void {
    this.write('done', id);
  }

  read(): LedgerReport {
    return new LedgerReport(existsSync(this.path) ? readFileSync(this.path, 'utf8') : '');
  }

  private write(kind: LedgerKind, id: string): void {
    if (/\s/.test(id)) throw new Error(`Expected an id without white space, got "${id}"`);
    appendFileSync(this.path, `${kind} ${id}\n`);
  }
}

export class LedgerReport {
  readonly started: readonly string[];
  readonly done: readonly string[];

  constructor(text: string) {
    // What stands behind the last line end was not written whole.
    const lines = text.split('\n').slice(0, -1);
    this.started = idsOf('started', lines);
    this.done = idsOf('done', lines);
  }

  /** Of those, the ones that were never done. */
  missing(expected: Iterable<string>): string[] {
    const done = new Set(this.done);
    return [...expected].filter((id) => !done.has(id));
  }

  /** Done more than once, each named once. */
  duplicates(): string[] {
    const seen = new Set<string>();
    const again = this.done.filter((id) => seen.has(id) || !seen.add(id));
    return [...new Set(again)];
  }

  /** Started and never done. */
  unfinished(): string[] {
    return this.missing(new Set(this.started));
  }
}

function idsOf(kind: LedgerKind, lines: readonly string[]): string[] {
  const prefix = `${kind} `;
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}
