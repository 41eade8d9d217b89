import { MAX_UNPACKED_BYTES } from '../codecs/inflate.js';
import { malformed } from './malformed.js';
import { PythonObject } from './python-objects.js';

/** Values that one pickle may put on its stack and into its memo, together: what it builds is bounded by it. */
const MAX_VALUES = 1_000_000;

/** Where a pickle builds its value: a stack with marks, and a memo of what was built before. */
export class PickleStack {
  /** True once something stands here for what Python would build. */
  hasPythonObjects = false;
  private items: unknown[] = [];
  private readonly outer: unknown[][] = [];
  private readonly memo = new Map<number, unknown>();
  private valueCount = 0;
  private copiedBytes = 0;

  push(value: unknown): void {
    this.count(1);
    if (value instanceof PythonObject) this.hasPythonObjects = true;
    this.items.push(value);
  }

  pop(): unknown {
    if (this.items.length === 0) throw malformed('takes a value where there is none');
    return this.items.pop();
  }

  top(): unknown {
    if (this.items.length === 0) throw malformed('uses a value where there is none');
    return this.items.at(-1);
  }

  mark(): void {
    this.count(1);
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

  remember(index: number = this.memo.size): void {
    this.count(1);
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw malformed('repeats a value that it did not give');
    this.push(this.memo.get(index));
  }

  /** Counts what a constructor copies from its arguments, before it does. */
  spend({ bytes = 0, values = 0 }: { bytes?: number; values?: number }): void {
    this.count(values);
    this.copiedBytes += bytes;
    if (this.copiedBytes > MAX_UNPACKED_BYTES) {
      throw malformed(`has more than ${MAX_UNPACKED_BYTES} bytes`);
    }
  }

  /** The one value that is left. */
  result(): unknown {
    if (this.outer.length > 0 || this.items.length !== 1) throw malformed('ends in the middle');
    return this.items[0];
  }

  private count(values: number): void {
    this.valueCount += values;
    if (this.valueCount > MAX_VALUES) throw malformed(`has more than ${MAX_VALUES} values`);
  }
}
