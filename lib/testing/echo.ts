import { inspect } from 'node:util';
import { errorName, errorText } from '../primitives/error-text.js';
import { printable } from '../primitives/printable.js';
import type { HandledTask } from './handled-tasks.js';
import type { SentTask } from './sent-tasks.js';

type Write = (line: string) => void;

/** Says what is sent and handled, while it is on. */
export class Echo {
  isOn: boolean;
  private readonly write: Write;

  constructor(echo: boolean | Write | undefined) {
    this.isOn = echo !== undefined && echo !== false;
    // The console of the moment: test runners replace it for each test.
    this.write = typeof echo === 'function' ? echo : (line) => console.log(line);
  }

  sent({ queue, pattern, data, body }: SentTask): void {
    const what = pattern === undefined ? body : `${pattern} ${shown(data)}`;
    this.say(`sent to ${queue}: ${what}`);
  }

  handled({ queue, pattern, data, outcome, attempt }: HandledTask): void {
    const what = pattern === undefined ? 'a raw message' : `${pattern} ${shown(data)}`;
    const again = attempt === 1 ? '' : `, attempt ${attempt}`;
    const error = 'error' in outcome ? reasonOf(outcome.error) : '';
    this.say(`handled from ${queue}: ${what}${again}: ${outcome.kind}${error}`);
  }

  private say(line: string): void {
    if (this.isOn) this.write(printable(`[sqs] ${line}`));
  }
}

function reasonOf(error: unknown): string {
  if (error === undefined) return '';
  return ` (${error instanceof Error ? `${errorName(error)}: ${errorText(error)}` : shown(error)})`;
}

function shown(data: unknown): string {
  return inspect(data, { breakLength: Infinity, depth: 6 });
}
