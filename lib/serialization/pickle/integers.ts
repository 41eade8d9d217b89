import { inexactInteger, MAX_INTEGER_DIGITS } from '../codecs/exact-numbers.js';
import { WideInteger } from './python-objects.js';

/** Bytes of the largest integer that a JavaScript number can be, with its sign. */
const MAX_INTEGER_BYTES = 129;

/** Two's complement, the lowest byte first. @throws UndecodableMessageError */
export function toInteger(bytes: Uint8Array): number | WideInteger {
  if (bytes.length === 0) return 0;
  if (bytes.length > MAX_INTEGER_BYTES) throw inexactInteger(`of ${bytes.length} bytes`);
  const hex = Buffer.from(bytes.toReversed()).toString('hex');
  return narrowed(BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)));
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
