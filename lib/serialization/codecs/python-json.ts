import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { decodeJson } from './json-decode.js';

/**
 * Reads JSON that Python wrote. Python writes integers of any size and the bare words NaN and Infinity, which JSON has
 * not: both are refused by name, for JavaScript would change the one and cannot read the other.
 *
 * @throws UndecodableMessageError
 */
export function readPythonJson(text: string): unknown {
  refuseInexactIntegers(text);
  try {
    return decodeJson(text);
  } catch (error) {
    const word = bareWordIn(text);
    throw word === undefined ? error : notJson(word, error);
  }
}

/** True where a JavaScript number is exactly this integer, or is written with the same digits. */
export function isExactInteger(integer: bigint): boolean {
  const number = Number(integer);
  if (!Number.isFinite(number)) return false;
  return BigInt(number) === integer || String(number) === String(integer);
}

/** Digits of the largest integer that a JavaScript number can be. */
export const MAX_INTEGER_DIGITS = 309;
/** Integers of fewer digits are always exact. */
const SAFE_DIGITS = 15;

function refuseInexactIntegers(text: string): void {
  if (!/\d{16}/.test(text)) return;
  for (const token of tokensOutsideText(text, /-?\d[\d.eE+-]*/g)) {
    if (/^-?\d+$/.test(token) && token.length > SAFE_DIGITS && !isExact(token)) {
      throw inexactInteger(token);
    }
  }
}

function isExact(digits: string): boolean {
  return digits.length <= MAX_INTEGER_DIGITS && isExactInteger(BigInt(digits));
}

/** The error for an integer that a JavaScript number cannot be. */
export function inexactInteger(digits: string): UndecodableMessageError {
  const shown = digits.length <= 40 ? digits : `${digits.slice(0, 40)}…`;
  return new UndecodableMessageError({
    problem: `its data has the integer ${shown}, which no JavaScript number is exactly; send it as text`,
  });
}

function bareWordIn(text: string): string | undefined {
  for (const word of tokensOutsideText(text, /-?\b(?:NaN|Infinity)\b/g)) return word;
  return undefined;
}

function notJson(word: string, cause: unknown): UndecodableMessageError {
  const problem = `its body has the bare word ${word}, which Python writes and JSON has not`;
  return new UndecodableMessageError({ problem, cause });
}

function* tokensOutsideText(text: string, pattern: RegExp): Iterable<string> {
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    for (const [token] of text.slice(at, end).matchAll(pattern)) yield token;
    at = endOfText(text, end);
  }
}

/** Where a text that begins at the quote ends: behind the next quote that is not escaped. */
function endOfText(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at + 1;
  }
  return text.length;
}
