import type { ByteReader } from './byte-reader.js';
import { addItems, append, setItems } from './collections.js';
import { build, importName, importNamed, make, reduce } from './constructing.js';
import { toInteger } from './integers.js';
import type { PickleStack } from './pickle-stack.js';
import { ByteText } from './python-objects.js';
import { readBoolOrInt, readFloat, readIndex, readLong, readQuoted, readUnicode } from './text.js';

export type PickleOperation = (stack: PickleStack, input: ByteReader) => void;

/** What each opcode does that is carried out; there are no others. */
export const operations: ReadonlyMap<number, PickleOperation> = new Map<number, PickleOperation>([
  // FRAME only says how many bytes follow, for readers that read ahead.
  [0x95, (_stack, input) => void input.uint64()],

  [0x4e, (stack) => stack.pushPlain(null)], // NONE
  [0x88, (stack) => stack.pushPlain(true)], // NEWTRUE
  [0x89, (stack) => stack.pushPlain(false)], // NEWFALSE
  [0x4b, (stack, input) => stack.pushPlain(input.uint8())], // BININT1
  [0x4d, (stack, input) => stack.pushPlain(input.uint16())], // BININT2
  [0x4a, (stack, input) => stack.pushPlain(input.int32())], // BININT
  [0x8a, (stack, input) => pushLong(stack, input.take(input.uint8()))], // LONG1
  [0x8b, (stack, input) => pushLong(stack, input.take(input.uint32()))], // LONG4
  [0x47, (stack, input) => stack.pushPlain(input.float64())], // BINFLOAT

  [0x8c, (stack, input) => stack.pushPlain(input.text(input.uint8()))], // SHORT_BINUNICODE
  [0x58, (stack, input) => stack.pushPlain(input.text(input.uint32()))], // BINUNICODE
  [0x8d, (stack, input) => stack.pushPlain(input.text(input.uint64()))], // BINUNICODE8
  [0x55, (stack, input) => stack.push(toByteText(input.take(input.uint8())))], // SHORT_BINSTRING
  [0x54, (stack, input) => stack.push(toByteText(input.take(input.uint32())))], // BINSTRING
  [0x43, (stack, input) => stack.push(copyOf(input.take(input.uint8())))], // SHORT_BINBYTES
  [0x42, (stack, input) => stack.push(copyOf(input.take(input.uint32())))], // BINBYTES
  [0x8e, (stack, input) => stack.push(copyOf(input.take(input.uint64())))], // BINBYTES8
  [0x96, (stack, input) => stack.push(copyOf(input.take(input.uint64())))], // BYTEARRAY8

  [0x28, (stack) => stack.mark()], // MARK
  [0x29, (stack) => stack.push([])], // EMPTY_TUPLE
  [0x85, (stack) => stack.push(stack.popMany(1))], // TUPLE1
  [0x86, (stack) => stack.push(stack.popMany(2))], // TUPLE2
  [0x87, (stack) => stack.push(stack.popMany(3))], // TUPLE3
  [0x74, (stack) => stack.push(stack.popToMark())], // TUPLE
  [0x5d, (stack) => stack.push([])], // EMPTY_LIST
  [0x61, (stack) => appendItems(stack, [stack.pop()])], // APPEND
  [0x65, (stack) => appendItems(stack, stack.popToMark())], // APPENDS
  [0x7d, (stack) => stack.push(stack.fields.create())], // EMPTY_DICT
  [0x73, (stack) => setAll(stack, stack.popMany(2))], // SETITEM
  [0x75, (stack) => setAll(stack, stack.popToMark())], // SETITEMS
  [0x8f, (stack) => stack.push(new Set())], // EMPTY_SET
  [0x90, (stack) => addAll(stack, stack.popToMark())], // ADDITEMS
  [0x91, (stack) => pushSet(stack, stack.popToMark())], // FROZENSET

  [0x71, (stack, input) => stack.remember(input.uint8())], // BINPUT
  [0x72, (stack, input) => stack.remember(input.uint32())], // LONG_BINPUT
  [0x94, (stack) => stack.remember()], // MEMOIZE
  [0x68, (stack, input) => stack.recall(input.uint8())], // BINGET
  [0x6a, (stack, input) => stack.recall(input.uint32())], // LONG_BINGET

  // Protocol 0 is text, a line for each value.
  [0x49, (stack, input) => stack.push(readBoolOrInt(input.line()))], // INT
  [0x4c, (stack, input) => stack.push(readLong(input.line()))], // LONG
  [0x46, (stack, input) => stack.push(readFloat(input.line()))], // FLOAT
  [0x53, (stack, input) => stack.push(toByteText(readQuoted(input.line())))], // STRING
  [0x56, (stack, input) => stack.push(readUnicode(input.line()))], // UNICODE
  [0x6c, (stack) => stack.push(stack.popToMark())], // LIST
  [0x64, (stack) => pushDict(stack, stack.popToMark())], // DICT
  [0x70, (stack, input) => stack.remember(readIndex(input.line()))], // PUT
  [0x67, (stack, input) => stack.recall(readIndex(input.line()))], // GET

  // These import, call and build, within the closed list of constructors.ts alone.
  [0x63, importName], // GLOBAL
  [0x93, importNamed], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x81, make], // NEWOBJ
  [0x62, build], // BUILD
]);

function pushLong(stack: PickleStack, bytes: Uint8Array): void {
  // A BigInt on the way takes several times what a value does.
  if (bytes.length > 6) stack.spend({ values: 5 });
  stack.push(toInteger(bytes));
}

// Not `slice()`: a Buffer's shares the memory of the whole message.
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

// The text of Python 2, whose encoding only its writer knows.
function toByteText(bytes: Uint8Array): string | ByteText {
  if (bytes.some((byte) => byte > 0x7f)) return new ByteText(bytes);
  return Buffer.from(bytes).toString('latin1');
}

function appendItems(stack: PickleStack, items: readonly unknown[]): void {
  append(stack.top(), items);
}

function setAll(stack: PickleStack, items: readonly unknown[]): void {
  setItems(stack.top(), items, stack.fields);
}

function addAll(stack: PickleStack, items: readonly unknown[]): void {
  addItems(stack.top(), items, stack.budget);
}

function pushSet(stack: PickleStack, items: readonly unknown[]): void {
  const set = new Set();
  addItems(set, items, stack.budget);
  stack.push(set);
}

function pushDict(stack: PickleStack, items: readonly unknown[]): void {
  const dict = stack.fields.create();
  setItems(dict, items, stack.fields);
  stack.push(dict);
}
