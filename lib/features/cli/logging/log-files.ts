import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CliHost } from '../host.js';

/** The files of a `loggers` block. Lines are added whole, so that several processes can share a file. */
export class LogFiles {
  constructor(private readonly host: Pick<CliHost, 'cwd' | 'stdout' | 'stderr'>) {}

  write(path: string, line: string): void {
    if (path === 'STDOUT') this.host.stdout.write(`${line}\n`);
    else if (path === 'STDERR') this.host.stderr.write(`${line}\n`);
    else appendFileSync(resolve(this.host.cwd, path), `${line}\n`);
  }
}
