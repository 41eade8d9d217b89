import { InvalidOptionsError } from '../contracts/errors/index.js';
import { suggestion } from '../contracts/options/schema/suggestion.js';
import type { SendOptions } from '../contracts/sending.js';

const names = {
  attributes: true,
  codec: true,
  deduplicationId: true,
  delaySeconds: true,
  groupId: true,
  meta: true,
  priority: true,
  queue: true,
  routing: true,
  taskContext: true,
  traceHeader: true,
} as const satisfies Record<keyof SendOptions, true>;

/**
 * A misspelt option would be left out of the message without a word.
 * @throws InvalidOptionsError
 */
export function checkOptionNames(queue: string, options: SendOptions): void {
  for (const name in options) if (!Object.hasOwn(names, name)) throw unknown(queue, name);
}

function unknown(queue: string, name: string): InvalidOptionsError {
  const problem = `Unknown option ${name}${suggestion(name, Object.keys(names))}`;
  return new InvalidOptionsError({ where: `a send to queue "${queue}"`, problems: [problem] });
}
