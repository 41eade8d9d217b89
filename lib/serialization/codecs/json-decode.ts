import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { isDangerousKey, MAX_JSON_DEPTH } from './json-limits.js';

/**
 * Reads JSON and refuses what is made to harm: keys that change prototypes, and nesting beyond what code can walk.
 * The data itself is walked only where the text gives a reason to.
 */
export function decodeJson(text: string): unknown {
  const value = parse(text);
  if (mayHoldDangerousKeys(text) || mayBeDeep(text)) refuseHarm(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UndecodableMessageError({ problem: 'its body is not JSON', cause });
  }
}

// The escapes are those that could spell one of the two keys.
function mayHoldDangerousKeys(text: string): boolean {
  return /__proto__|"constructor"|\\u00[567]/i.test(text);
}

function mayBeDeep(text: string): boolean {
  return text.length > 2 * MAX_JSON_DEPTH && countUpTo(text, MAX_JSON_DEPTH);
}

function countUpTo(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++count > limit) return true;
    }
  }
  return false;
}

// A loop, not a recursion: the text may be nested deeper than the stack is.
function refuseHarm(root: unknown): void {
  const waiting: { value: object; depth: number }[] = [];
  const visit = (value: unknown, depth: number) => {
    if (typeof value === 'object' && value !== null) waiting.push({ value, depth });
  };
  visit(root, 1);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > MAX_JSON_DEPTH) throw tooDeep();
    for (const [key, field] of Object.entries(next.value)) {
      if (isDangerousKey(key, field)) throw dangerous(key);
      visit(field, next.depth + 1);
    }
  }
}

function tooDeep(): UndecodableMessageError {
  return new UndecodableMessageError({
    problem: `its data is nested deeper than ${MAX_JSON_DEPTH} levels`,
  });
}

function dangerous(key: string): UndecodableMessageError {
  return new UndecodableMessageError({
    problem: `its data has the key "${key}", which is refused`,
  });
}
