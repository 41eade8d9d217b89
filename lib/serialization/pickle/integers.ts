import { inexactInteger, MAX_INTEGER_DIGITS } from '../codecs/exact-numbers.js';
import { WideInteger } from './python-objects.js';

/** Bytes of the largest integer that a JavaScript number can be, with its sign. */
const MAX_INTEGER_BYTES = 129;

/** Two's complement, the lowest byte first. @throws UndecodableMessageError */
export function toInteger(bytes: Uint8Array): number | WideInteger {
  if (bytes.length === 0) return 0;
  if (bytes.length <= SAFE_BYTES) return toSafeInteger(bytes);
  if (bytes.length > MAX_INTEGER_BYTES) throw inexactInteger(`of ${bytes.length} bytes`);
  const hex = Buffer.from(bytes.toReversed()).toString('hex');
  return narrowed(BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)));
}

/** Integers of so many bytes are always safe. */
const SAFE_BYTES = 6;

function toSafeInteger(bytes: Uint8Array): number {
  let integer = 0;
  for (let at = bytes.length - 1; at >= 0; at--) integer = integer * 256 + (bytes[at] ?? 0);
  const isNegative = (bytes.at(-1) ?? 0) > 0x7f;
  return isNegative ? integer - 256 ** bytes.length : integer;
}

/** Digits with a sign before them. @throws UndecodableMessageError */
export function integerOf(digits: string): number | WideInteger {
  if (digits.length > MAX_INTEGER_DIGITS + 1) throw inexactInteger(digits);
  return narrowed(BigInt(digits));
}

function narrowed(integer: bigint): number | WideInteger {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : new WideInteger(integer);
}
