import { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { decodeJson, isNoJson } from './json-decode.js';
import { findOutsideText } from './json-text.js';

/**
 * Reads JSON that Python wrote, which may have the bare words NaN and Infinity. JSON has not, so they are refused by name.
 *
 * @throws UndecodableMessageError
 */
export function readPythonJson(text: string, budget = new DecodingBudget()): unknown {
  try {
    return decodeJson(text, budget);
  } catch (error) {
    const word = isNoJson(error) ? bareWordIn(text) : undefined;
    throw word === undefined ? error : notJson(word, error);
  }
}

function bareWordIn(text: string): string | undefined {
  for (const [word] of findOutsideText(text, /-?\b(?:NaN|Infinity)\b/)) return word;
  return undefined;
}

function notJson(word: string, cause: unknown): UndecodableMessageError {
  const problem = `its body has the bare word ${word}, which Python writes and JSON has not`;
  return new UndecodableMessageError({ problem, cause });
}
