import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { containersOf, FieldWriter } from '../codecs/object-shapes.js';
import { malformed } from './malformed.js';
import { PythonObject } from './python-objects.js';

/**
 * Where a pickle builds its value: a stack with marks, and a memo of what was built before. All that is put on the stack
 * or into the memo is taken from the budget, so it bounds what a pickle builds.
 */
export class PickleStack {
  /** True once something stands here for what Python would build. */
  hasPythonObjects = false;
  private items: unknown[] = [];
  private readonly outer: unknown[][] = [];
  // Not a map: its numbers are the pickle's choice, and maps of numbers can be made to collide.
  private readonly memo: unknown[] = [];
  private copiedBytes = 0;
  /** Fills dicts. */
  readonly fields: FieldWriter;

  /** Of the budget; settled at the end, for they are counted with each opcode. */
  private valuesLeft: number;

  constructor(readonly budget: DecodingBudget) {
    this.fields = new FieldWriter(budget);
    this.valuesLeft = budget.left('values');
  }

  /** Null, a truth value, a number or text. */
  pushPlain(value: null | boolean | number | string): void {
    this.count(1);
    this.items.push(value);
  }

  /** Whatever else was just made. */
  push(value: unknown): void {
    const containers = containersOf(value);
    if (containers > 0) this.budget.spend('containers', containers);
    this.add(value);
  }

  private add(value: unknown): void {
    this.count(1);
    if (value instanceof PythonObject) this.hasPythonObjects = true;
    this.items.push(value);
  }

  pop(): unknown {
    if (this.items.length === 0) throw malformed('takes a value where there is none');
    return this.items.pop();
  }

  /** As many values as there are operands, the last one last. */
  popMany(count: number): unknown[] {
    if (this.items.length < count) throw malformed('takes a value where there is none');
    return this.items.splice(this.items.length - count);
  }

  top(): unknown {
    if (this.items.length === 0) throw malformed('uses a value where there is none');
    return this.items.at(-1);
  }

  mark(): void {
    this.count(1);
    this.budget.spend('containers');
    this.outer.push(this.items);
    this.items = [];
  }

  /** All values since the last mark. */
  popToMark(): unknown[] {
    const items = this.items;
    const outer = this.outer.pop();
    if (outer === undefined) throw malformed('ends a list that was not begun');
    this.items = outer;
    return items;
  }

  remember(index: number = this.memo.length): void {
    // Python numbers them as they come, from 0 or 1 on.
    while (this.memo.length < index) this.memoize(NOTHING);
    if (index === this.memo.length) this.memoize(this.top());
    else this.memo[index] = this.top();
  }

  recall(index: number): void {
    const value = index < this.memo.length ? this.memo[index] : NOTHING;
    if (value === NOTHING) throw malformed('repeats a value that it did not give');
    this.add(value);
  }

  private memoize(value: unknown): void {
    this.count(1);
    this.memo.push(value);
  }

  /** Counts what a constructor copies from its arguments, before it does. */
  spend({ bytes = 0, values = 0 }: { bytes?: number; values?: number }): void {
    this.count(values);
    this.copiedBytes += bytes;
    const { unpackedBytes } = this.budget.limits;
    if (this.copiedBytes > unpackedBytes) throw malformed(`has more than ${unpackedBytes} bytes`);
  }

  /** The one value that is left. */
  result(): unknown {
    if (this.outer.length > 0 || this.items.length !== 1) throw malformed('ends in the middle');
    this.budget.spend('values', this.budget.left('values') - this.valuesLeft);
    return this.items[0];
  }

  private count(values: number): void {
    this.valuesLeft -= values;
    if (this.valuesLeft < 0) throw this.budget.exceeded('values');
  }
}

const NOTHING = Symbol('nothing');
