import { errorText } from '../../../primitives/error-text.js';

/** What an error says in one line, without a stack, an excerpt or advice below it. */
export function firstSentence(error: unknown): string {
  const [line = ''] = errorText(error)
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return line === '' ? nameOf(error) : line;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'an error without a message';
}
