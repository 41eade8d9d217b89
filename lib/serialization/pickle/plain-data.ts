import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { isDict, replaceMembers } from './collections.js';
import { PythonObject } from './python-objects.js';

/**
 * Puts what handlers get in the place of everything that stands for something of Python, wherever it is in the value.
 * A loop, not a recursion: a pickle may be nested deeper than the stack is, and may hold itself.
 *
 * @throws UndecodableMessageError where such a thing is no data
 */
export function toPlainData(root: unknown, budget: DecodingBudget): unknown {
  const seen = new Set<unknown>();
  const waiting: object[] = [];
  const plain = (value: unknown): unknown => {
    if (value instanceof PythonObject) return value.plain();
    if (isContainer(value) && !seen.has(value)) {
      seen.add(value);
      waiting.push(value);
    }
    return value;
  };
  const result = plain(root);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    replaceIn(next, plain, budget);
  return result;
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value) || value instanceof Set || isDict(value);
}

function replaceIn(
  container: object,
  plain: (value: unknown) => unknown,
  budget: DecodingBudget,
): void {
  if (Array.isArray(container)) {
    for (let index = 0; index < container.length; index++) {
      container[index] = plain(container[index]);
    }
  } else if (container instanceof Set) {
    replaceMembers(container, plain, budget);
  } else if (isDict(container)) {
    for (const key of Object.keys(container)) container[key] = plain(container[key]);
  }
}
