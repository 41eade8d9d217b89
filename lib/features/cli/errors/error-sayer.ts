import { stripVTControlCharacters } from 'node:util';
import { SqsError } from '../../../contracts/index.js';
import type { OwnLines } from '../logging/own-lines.js';
import { firstSentence } from './first-sentence.js';

/** Says each error once, as one sentence; with its stack only where that was asked for. */
export class ErrorSayer {
  private readonly said = new WeakSet<object>();

  constructor(
    private readonly parts: {
      readonly lines: Pick<OwnLines, 'error'>;
      readonly isDebug: boolean;
    },
  ) {}

  say(error: unknown): void {
    if (this.wasSaid(error)) return;
    for (const one of causesOf(error)) this.said.add(one);
    const { lines, isDebug } = this.parts;
    lines.error(sentenceOf(error), isDebug ? error : undefined);
  }

  private wasSaid(error: unknown): boolean {
    return causesOf(error).some((one) => this.said.has(one));
  }
}

/** Our own errors are written to be read whole; of others the first line is. */
export function sentenceOf(error: unknown): string {
  const sentence = error instanceof SqsError ? error.message : firstSentence(error);
  return stripVTControlCharacters(sentence).replaceAll(/\s*\n\s*/g, ' ');
}

/** The error, and what it wraps. */
function causesOf(error: unknown): object[] {
  const found: object[] = [];
  for (let one = error; typeof one === 'object' && one !== null && found.length < 10;) {
    found.push(one);
    one = one instanceof Error ? one.cause : undefined;
  }
  return found;
}
