import type { HandlerLookup } from '../contracts/index.js';

/** Several lookups as one: the first that knows a handler has it. */
export function firstHandler(lookups: readonly HandlerLookup[]): HandlerLookup {
  return {
    find: (queue, pattern) => firstOf(lookups, (one) => one.find(queue, pattern)),
    findRaw: (queue) => firstOf(lookups, (one) => one.findRaw(queue)),
    patternsOf: (queue) => lookups.flatMap((one) => one.patternsOf(queue)),
    maxBatchSizeOf: (queue) => Math.max(0, ...lookups.map((one) => one.maxBatchSizeOf(queue))),
  };
}

function firstOf<T>(
  lookups: readonly HandlerLookup[],
  ask: (lookup: HandlerLookup) => T | undefined,
): T | undefined {
  for (const lookup of lookups) {
    const answer = ask(lookup);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
