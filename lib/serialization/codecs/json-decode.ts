import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { refuseInexactNumbers } from './exact-numbers.js';
import { spendJson } from './json-budget.js';
import { isDangerousKey } from './json-limits.js';
import { withoutByteOrderMark } from './json-text.js';

/**
 * Reads JSON within the budget, and refuses what JavaScript would change or what is made to harm: inexact integers, and
 * keys that change prototypes. The data itself is walked only where the text gives a reason to.
 *
 * @throws UndecodableMessageError
 */
export function decodeJson(text: string, budget: DecodingBudget): unknown {
  const json = withoutByteOrderMark(text);
  const value = parseJson(json, budget);
  if (mayHoldDangerousKeys(json)) refuseDangerousKeys(value);
  return value;
}

/**
 * Parses JSON within the budget; keys are not checked.
 *
 * @throws UndecodableMessageError
 */
export function parseJson(json: string, budget: DecodingBudget): unknown {
  spendJson(json, budget);
  refuseInexactNumbers(json, budget);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new UndecodableMessageError({ problem: 'its body is not JSON', cause });
  }
}

/** True for the error of text that is no JSON; false where it is JSON and refused. */
export function isNoJson(error: unknown): boolean {
  return error instanceof UndecodableMessageError && error.cause instanceof SyntaxError;
}

// The escapes are those that could spell one of the two keys.
function mayHoldDangerousKeys(json: string): boolean {
  return /__proto__|"constructor"|\\u00[567]/.test(json);
}

// A loop over what is still to be looked at; arrays by index, for they may be long.
function refuseDangerousKeys(root: unknown): void {
  const waiting: object[] = [];
  const visit = (value: unknown) => {
    if (typeof value === 'object' && value !== null) waiting.push(value);
  };
  visit(root);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) next.forEach(visit);
    else visitFields(next as Record<string, unknown>, visit);
  }
}

function visitFields(fields: Record<string, unknown>, visit: (value: unknown) => void): void {
  for (const key in fields) {
    const field = fields[key];
    if (isDangerousKey(key, field)) throw dangerous(key);
    visit(field);
  }
}

function dangerous(key: string): UndecodableMessageError {
  return new UndecodableMessageError({
    problem: `its data has the key "${key}", which is refused`,
  });
}
