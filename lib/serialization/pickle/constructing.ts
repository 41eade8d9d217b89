import { readUtf8 } from '../codecs/base64.js';
import type { ByteReader } from './byte-reader.js';
import { isDict } from './collections.js';
import { isSafeUuid, nameOf, newInstance } from './constructors.js';
import { malformed, quoted, refusedOpcode } from './malformed.js';
import type { PickleStack } from './pickle-stack.js';
import { PythonName, Uuid, WideInteger } from './python-objects.js';

/** GLOBAL: two lines, the module and the name. */
export function importName(stack: PickleStack, input: ByteReader): void {
  const module = readUtf8(Buffer.from(input.line(), 'latin1'));
  // Python names each once and remembers it; two lines take what several values take.
  stack.spend({ values: 9 });
  stack.push(named('GLOBAL', module, readUtf8(Buffer.from(input.line(), 'latin1'))));
}

/** STACK_GLOBAL: both are on the stack. */
export function importNamed(stack: PickleStack): void {
  const [name, module] = [stack.pop(), stack.pop()];
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw refusedOpcode('STACK_GLOBAL', 'would import what is named by no text');
  }
  stack.push(named('STACK_GLOBAL', module, name));
}

function named(opcode: string, module: string, name: string): PythonName {
  const found = nameOf(module, name);
  if (found !== undefined) return found;
  throw refusedOpcode(opcode, `would import ${quoted(`${module}.${name}`)}, and ${closedList}`);
}

const closedList = 'only the constructors of a closed list are read';

/** REDUCE: calls a name with a tuple of arguments. */
export function reduce(stack: PickleStack): void {
  const args = stack.pop();
  const called = stack.pop();
  if (!(called instanceof PythonName) || called.call === undefined || !Array.isArray(args)) {
    throw refusedOpcode('REDUCE', `would call ${whatIs(called)}, and ${closedList}`);
  }
  const value = called.call(args, stack);
  if (value === undefined) {
    throw refusedOpcode(
      'REDUCE',
      `would call ${called.name} with arguments that Python never writes`,
    );
  }
  stack.push(value);
}

/** NEWOBJ: an empty instance of a class. */
export function make(stack: PickleStack): void {
  const args = stack.pop();
  const type = stack.pop();
  const instance = newInstance(type, args);
  if (instance === undefined) {
    throw refusedOpcode('NEWOBJ', `would make an instance of ${whatIs(type)}, and ${closedList}`);
  }
  stack.push(instance);
}

/** BUILD: gives an instance its state. That of a UUID is its number, and what is known of its making. */
export function build(stack: PickleStack): void {
  const state = stack.pop();
  const instance = stack.top();
  if (!(instance instanceof Uuid)) {
    throw refusedOpcode('BUILD', `would set the state of ${whatIs(instance)}, and ${closedList}`);
  }
  const number = isDict(state) ? uuidNumber(state) : undefined;
  if (number === undefined || !instance.setNumber(number)) {
    throw malformed('has a uuid.UUID with a state that Python never writes');
  }
}

function uuidNumber(state: Record<string, unknown>): bigint | undefined {
  const { int, is_safe = null, ...others } = state;
  if (Object.keys(others).length > 0 || !isSafeUuid(is_safe)) return undefined;
  if (int instanceof WideInteger) return int.value;
  return Number.isSafeInteger(int) ? BigInt(int as number) : undefined;
}

function whatIs(value: unknown): string {
  return value instanceof PythonName ? value.name : 'what is no constructor';
}
