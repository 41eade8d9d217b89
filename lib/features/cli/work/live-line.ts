/** A stream that a terminal shows, as Node gives it. */
export interface TerminalStream {
  write: NodeJS.WriteStream['write'];
  readonly columns?: number;
}

const ERASE = '\r\u001B[2K';

/**
 * The last line of a terminal, which replaces itself. Whatever else the process writes stays above it: the line is taken
 * away before, and put back after.
 */
export class LiveLine {
  private text = '';
  private readonly restores: (() => void)[] = [];
  private readonly draw: NodeJS.WriteStream['write'];

  constructor(
    private readonly terminal: TerminalStream,
    others: readonly TerminalStream[] = [],
  ) {
    this.draw = terminal.write.bind(terminal);
    for (const stream of [terminal, ...others]) this.stayBelow(stream);
  }

  show(text: string): void {
    this.text = text.slice(0, Math.max(0, (this.terminal.columns ?? 80) - 1));
    this.draw(ERASE + this.text);
  }

  clear(): void {
    if (this.text !== '') this.draw(ERASE);
    this.text = '';
  }

  /** Gives the streams back as they were. */
  end(): void {
    this.clear();
    for (const restore of this.restores.splice(0)) restore();
  }

  private stayBelow(stream: TerminalStream): void {
    const own = stream.write;
    const write = (...args: Parameters<typeof own>): boolean => {
      if (this.text === '') return Reflect.apply(own, stream, args);
      this.draw(ERASE);
      const wasTaken = Reflect.apply(own, stream, args);
      // What ends within a line would be written over.
      if (String(args[0]).endsWith('\n')) this.draw(this.text);
      return wasTaken;
    };
    stream.write = write as typeof own;
    this.restores.push(() => void (stream.write = own));
  }
}
