import { readUtf8 } from '../codecs/base64.js';
import { inexactInteger, isExactInteger } from '../codecs/python-json.js';
import type { ByteReader } from './byte-reader.js';
import { malformed, type PickleStack } from './pickle-stack.js';

export type PickleOperation = (stack: PickleStack, input: ByteReader) => void;

/** What each opcode of plain data does; there are no others. */
export const operations: ReadonlyMap<number, PickleOperation> = new Map<number, PickleOperation>([
  // FRAME only says how many bytes follow, for readers that read ahead.
  [0x95, (_stack, input) => void input.uint64()],

  [0x4e, (stack) => stack.push(null)], // NONE
  [0x88, (stack) => stack.push(true)], // NEWTRUE
  [0x89, (stack) => stack.push(false)], // NEWFALSE
  [0x4b, (stack, input) => stack.push(input.uint8())], // BININT1
  [0x4d, (stack, input) => stack.push(input.uint16())], // BININT2
  [0x4a, (stack, input) => stack.push(input.int32())], // BININT
  [0x8a, (stack, input) => stack.push(toInteger(input.take(input.uint8())))], // LONG1
  [0x8b, (stack, input) => stack.push(toInteger(input.take(input.uint32())))], // LONG4
  [0x47, (stack, input) => stack.push(input.float64())], // BINFLOAT

  [0x8c, (stack, input) => stack.push(readUtf8(input.take(input.uint8())))], // SHORT_BINUNICODE
  [0x58, (stack, input) => stack.push(readUtf8(input.take(input.uint32())))], // BINUNICODE
  [0x8d, (stack, input) => stack.push(readUtf8(input.take(input.uint64())))], // BINUNICODE8
  [0x55, (stack, input) => stack.push(toAscii(input.take(input.uint8())))], // SHORT_BINSTRING
  [0x54, (stack, input) => stack.push(toAscii(input.take(input.uint32())))], // BINSTRING
  [0x43, (stack, input) => stack.push(copyOf(input.take(input.uint8())))], // SHORT_BINBYTES
  [0x42, (stack, input) => stack.push(copyOf(input.take(input.uint32())))], // BINBYTES
  [0x8e, (stack, input) => stack.push(copyOf(input.take(input.uint64())))], // BINBYTES8
  [0x96, (stack, input) => stack.push(copyOf(input.take(input.uint64())))], // BYTEARRAY8

  [0x28, (stack) => stack.mark()], // MARK
  [0x29, (stack) => stack.push([])], // EMPTY_TUPLE
  [0x85, (stack) => stack.push(popMany(stack, 1))], // TUPLE1
  [0x86, (stack) => stack.push(popMany(stack, 2))], // TUPLE2
  [0x87, (stack) => stack.push(popMany(stack, 3))], // TUPLE3
  [0x74, (stack) => stack.push(stack.popToMark())], // TUPLE
  [0x5d, (stack) => stack.push([])], // EMPTY_LIST
  [0x61, (stack) => append(stack, [stack.pop()])], // APPEND
  [0x65, (stack) => append(stack, stack.popToMark())], // APPENDS
  [0x7d, (stack) => stack.push({})], // EMPTY_DICT
  [0x73, (stack) => setItems(stack, popMany(stack, 2))], // SETITEM
  [0x75, (stack) => setItems(stack, stack.popToMark())], // SETITEMS
  [0x8f, (stack) => stack.push(new Set())], // EMPTY_SET
  [0x90, (stack) => addItems(stack, stack.popToMark())], // ADDITEMS
  [0x91, (stack) => stack.push(new Set(stack.popToMark()))], // FROZENSET

  [0x71, (stack, input) => stack.remember(input.uint8())], // BINPUT
  [0x72, (stack, input) => stack.remember(input.uint32())], // LONG_BINPUT
  [0x94, (stack) => stack.remember()], // MEMOIZE
  [0x68, (stack, input) => stack.recall(input.uint8())], // BINGET
  [0x6a, (stack, input) => stack.recall(input.uint32())], // LONG_BINGET
]);

/** Bytes of the largest integer that a JavaScript number can be, with its sign. */
const MAX_INTEGER_BYTES = 129;

/** Two's complement, the lowest byte first. */
function toInteger(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  if (bytes.length > MAX_INTEGER_BYTES) throw inexactInteger(`of ${bytes.length} bytes`);
  const hex = Buffer.from(bytes.toReversed()).toString('hex');
  const integer = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
  if (!isExactInteger(integer)) throw inexactInteger(String(integer));
  return Number(integer);
}

// Not `slice()`: a Buffer's shares the memory of the whole message.
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

// The text of Python 2, whose encoding only its writer knows.
function toAscii(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte > 0x7f)) throw malformed('has byte text that is not ASCII');
  return Buffer.from(bytes).toString('latin1');
}

function popMany(stack: PickleStack, count: number): unknown[] {
  return Array.from({ length: count }, () => stack.pop()).toReversed();
}

function append(stack: PickleStack, items: readonly unknown[]): void {
  const list = stack.top();
  if (!Array.isArray(list)) throw malformed('appends to what is no list');
  for (const item of items) list.push(item);
}

function addItems(stack: PickleStack, items: readonly unknown[]): void {
  const set = stack.top();
  if (!(set instanceof Set)) throw malformed('adds to what is no set');
  for (const item of items) set.add(item);
}

function setItems(stack: PickleStack, items: readonly unknown[]): void {
  const dict = stack.top();
  if (!isDict(dict) || items.length % 2 !== 0) throw malformed('sets an item of what is no dict');
  for (let index = 0; index < items.length; index += 2) {
    setItem(dict, toKey(items[index]), items[index + 1]);
  }
}

function isDict(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Set) &&
    !(value instanceof Uint8Array)
  );
}

function setItem(dict: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') throw malformed('has the key "__proto__", which is refused');
  // An object would keep only one of the dict's 1 and '1'.
  if (Object.hasOwn(dict, key)) throw malformed(`has the key ${JSON.stringify(key)} twice`);
  dict[key] = value;
}

// An object's keys are text. An integer becomes its digits, as in Python's own JSON.
function toKey(key: unknown): string {
  if (typeof key === 'string') return key;
  if (Number.isSafeInteger(key)) return String(key);
  throw malformed('has a dict key that is neither text nor an integer');
}
