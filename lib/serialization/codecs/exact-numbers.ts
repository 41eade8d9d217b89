import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { endOfText, QUOTE } from './json-text.js';

/**
 * Refuses numbers of JSON that JavaScript would change: integers that no number is exactly, and numbers beyond the
 * largest. Fractions are read as the nearest number, as everywhere.
 *
 * @throws UndecodableMessageError
 */
export function refuseInexactNumbers(json: string, budget: DecodingBudget): void {
  if (!mayHoldInexact(json)) return;
  const next = /"|\d{16}|\d[eE]\+?\d{3}/g;
  for (let end = 0; next.test(json); next.lastIndex = end) {
    const last = next.lastIndex - 1;
    if (json.charCodeAt(last) === QUOTE) {
      end = endOfText(json, last);
    } else {
      const start = startOfNumber(json, last, end);
      end = endOfNumber(json, last);
      refuseInexact(json.slice(start, end), budget);
    }
  }
}

/** Fifteen digits are always exact, and with an exponent of two digits never too large. */
const EXACT_DIGITS = 15;
const SAFE_EXPONENT = 2;

// This runs for every message: it looks at each third character, and beside it only where that is a digit.
function mayHoldInexact(json: string): boolean {
  const step = SAFE_EXPONENT + 1;
  for (let at = SAFE_EXPONENT; at < json.length; at += step) {
    if (!isDigit(json.charCodeAt(at))) continue;
    let start = at;
    while (isDigit(json.charCodeAt(start - 1))) start--;
    while (isDigit(json.charCodeAt(at + 1))) at++;
    const digits = at - start + 1;
    if (digits > EXACT_DIGITS || (digits > SAFE_EXPONENT && isExponent(json, start))) return true;
  }
  return false;
}

/** True where the digits that start there are an exponent that may be too large: `1e400`, `1E+400`. */
function isExponent(json: string, start: number): boolean {
  const before = json[start - 1] === '+' ? start - 2 : start - 1;
  return (json.charCodeAt(before) | 0x20) === 0x65 && isDigit(json.charCodeAt(before - 1));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function refuseInexact(number: string, budget: DecodingBudget): void {
  if (/^-?\d+$/.test(number)) {
    if (Number.isSafeInteger(Number(number))) return;
    budget.spend('values', WIDE_INTEGER);
    if (!isExact(number)) throw inexactInteger(number);
  } else if (Math.abs(Number(number)) === Infinity) {
    throw new UndecodableMessageError({
      problem: `its data has the number ${shorten(number)}, which is larger than any JavaScript number`,
    });
  }
}

/** What comparing an integer beyond 2^53 with its number takes more than a value does. */
const WIDE_INTEGER = 5;

/** Digits of the largest integer that a JavaScript number can be. */
export const MAX_INTEGER_DIGITS = 309;

function isExact(digits: string): boolean {
  const number = Number(digits);
  // Up to here `toFixed()` writes every digit.
  if (Math.abs(number) < 1e21) return number.toFixed(0) === digits || String(number) === digits;
  return digits.length <= MAX_INTEGER_DIGITS + 1 && isExactInteger(BigInt(digits));
}

/** True where a JavaScript number is exactly this integer, or is written with the same digits. */
export function isExactInteger(integer: bigint): boolean {
  const number = Number(integer);
  if (Number.isSafeInteger(number)) return true;
  if (!Number.isFinite(number)) return false;
  return BigInt(number) === integer || String(number) === String(integer);
}

/** The error for an integer that a JavaScript number cannot be. */
export function inexactInteger(digits: string): UndecodableMessageError {
  return new UndecodableMessageError({
    problem: `its data has the integer ${shorten(digits)}, which no JavaScript number is exactly; send it as text`,
  });
}

function startOfNumber(json: string, from: number, least: number): number {
  let at = from;
  while (at > least && isPartOfNumber(json.charCodeAt(at - 1))) at--;
  return at;
}

function endOfNumber(json: string, from: number): number {
  let at = from;
  while (isPartOfNumber(json.charCodeAt(at))) at++;
  return at;
}

// Digits, sign, point and exponent.
function isPartOfNumber(code: number): boolean {
  return isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e || (code | 0x20) === 0x65;
}

function shorten(digits: string): string {
  return digits.length <= 40 ? digits : `${digits.slice(0, 40)}…`;
}
