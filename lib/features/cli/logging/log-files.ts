import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorText } from '../../../primitives/error-text.js';
import { quietly } from '../../../primitives/quietly.js';
import type { CliHost } from '../host.js';

/**
 * The files of a `loggers` block. Lines are added whole, so that several processes can share a file. One that cannot be
 * written, on a full disk for instance, is told of on the standard error, once until it can be written again; it fails
 * nobody who logs.
 */
export class LogFiles {
  private readonly failing = new Set<string>();

  constructor(private readonly host: Pick<CliHost, 'cwd' | 'stdout' | 'stderr'>) {}

  write(path: string, line: string): void {
    try {
      this.add(path, `${line}\n`);
      this.failing.delete(path);
    } catch (error) {
      if (!this.failing.has(path)) this.tell(path, error);
      this.failing.add(path);
    }
  }

  private add(path: string, text: string): void {
    if (path === 'STDOUT') this.host.stdout.write(text);
    else if (path === 'STDERR') this.host.stderr.write(text);
    else appendFileSync(resolve(this.host.cwd, path), text);
  }

  private tell(path: string, error: unknown): void {
    const text = `The log ${path} cannot be written, its lines are lost meanwhile: ${errorText(error)}\n`;
    quietly(
      () => this.host.stderr.write(text),
      () => {},
    );
  }
}
