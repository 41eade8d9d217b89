import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { type FieldWriter, spendHashed } from '../codecs/object-shapes.js';
import { malformed } from './malformed.js';
import { PythonObject } from './python-objects.js';

/** A dict of Python; none of what else a pickle gives is one. */
export function isDict(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** @throws UndecodableMessageError */
export function append(list: unknown, items: readonly unknown[]): void {
  if (!Array.isArray(list)) throw malformed('appends to what is no list');
  for (const item of items) list.push(item);
}

/** @throws UndecodableMessageError */
export function addItems(set: unknown, items: readonly unknown[], budget: DecodingBudget): void {
  if (!(set instanceof Set)) throw malformed('adds to what is no set');
  for (const item of items) {
    spendHashed(item, budget);
    addItem(set, item);
  }
}

/** Puts others in the place of the members that change, each where it was. @throws UndecodableMessageError */
export function replaceMembers(
  set: Set<unknown>,
  replace: (member: unknown) => unknown,
  budget: DecodingBudget,
): void {
  const members = [...set];
  const replaced = members.map(replace);
  const isKept = (index: number): boolean => Object.is(members[index], replaced[index]);
  if (members.every((_, index) => isKept(index))) return;
  set.clear();
  for (const [index, member] of replaced.entries()) {
    if (!isKept(index)) spendHashed(member, budget);
    addItem(set, member);
  }
}

/** Keys and values by turns. @throws UndecodableMessageError */
export function setItems(dict: unknown, items: readonly unknown[], fields: FieldWriter): void {
  if (!isDict(dict) || items.length % 2 !== 0) throw malformed('sets an item of what is no dict');
  for (let index = 0; index < items.length; index += 2) {
    const key = toKey(items[index]);
    requireNew(dict, key);
    fields.set(dict, key, items[index + 1]);
  }
}

// Python's Decimal('1') and '1' are two members, and one text.
function addItem(set: Set<unknown>, item: unknown): void {
  if (set.has(item)) throw malformed('has a member of a set twice');
  set.add(item);
}

function requireNew(dict: Record<string, unknown>, key: string): void {
  if (key === '__proto__') throw malformed('has the key "__proto__", which is refused');
  // An object would keep only one of the dict's 1 and '1'.
  if (Object.hasOwn(dict, key)) throw malformed(`has the key ${JSON.stringify(key)} twice`);
}

// An object's keys are text. An integer becomes its digits, as in Python's own JSON.
function toKey(given: unknown): string {
  const key = given instanceof PythonObject ? given.plain() : given;
  if (typeof key === 'string') return key;
  if (Number.isSafeInteger(key)) return String(key);
  throw malformed('has a dict key that is neither text nor an integer');
}
