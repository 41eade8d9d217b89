import type { DecodingLimits } from '../../contracts/decoding-budget.js';
import { describe, type JsonProblem } from './json-check.js';
import { isDangerousKey, isRecord } from './json-limits.js';

/** What is wrong in a value, and where. */
export class DataProblem extends Error implements JsonProblem {
  readonly path: string;
  readonly found: string;

  constructor(facts: JsonProblem) {
    super(`${facts.found} at ${facts.path}`);
    this.path = facts.path;
    this.found = facts.found;
  }
}

/**
 * Walks data that may share parts of itself, as pickles and devalue allow: a small message can stand for a value too
 * large to walk. So shared parts count each time they appear: all values together no more than `values`, their texts and
 * bytes no more than `unpackedBytes`.
 *
 * @throws DataProblem for a cycle, too deep or too large data, an instance of a class, or a key that is refused
 */
export function checkData(root: unknown, limits: DecodingLimits): void {
  new DataWalk(limits).visit(root, 0);
}

class DataWalk {
  private values = 0;
  private size = 0;
  /** The way down to where the walk is: what it went through, and by which key, index or place of an entry. */
  private readonly holders: object[] = [];
  private readonly steps: (string | number)[] = [];

  constructor(private readonly limits: DecodingLimits) {}

  visit(value: unknown, depth: number): void {
    if (++this.values > this.limits.values)
      throw this.tooMuch(`${this.limits.values} values`, depth);
    switch (typeof value) {
      case 'string':
        return this.addSize(value.length, depth);
      case 'object':
        return value === null ? undefined : this.visitObject(value, depth);
      case 'function':
      case 'symbol':
        throw this.problem(describe(value), depth);
    }
  }

  private visitObject(value: object, depth: number): void {
    if (depth >= this.limits.depth) throw this.cycle(depth) ?? this.tooDeep(depth);
    this.holders[depth] = value;
    if (Array.isArray(value)) return this.visitItems(value, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.visitFields(value, depth);
    if (value instanceof Date) return;
    if (value instanceof Set) return this.visitMembers(value, depth);
    if (value instanceof Map) return this.visitEntries(value, depth);
    if (isBytes(value)) return this.addSize(value.byteLength, depth);
    this.visitFields(value, depth);
  }

  private visitItems(items: readonly unknown[], depth: number): void {
    // By index: a hole is a hole, and must not be skipped however many there are.
    for (let index = 0; index < items.length; index++) {
      this.steps[depth] = index;
      const item = items[index];
      if (item === undefined && !Object.hasOwn(items, index))
        throw this.problem('a hole', depth + 1);
      this.visit(item, depth + 1);
    }
  }

  private visitFields(value: object, depth: number): void {
    // A class that says how JSON writes it has fields of its own kind: they are not the data.
    if (!isRecord(value) || typeof value.toJSON === 'function') {
      throw this.problem(describe(value), depth);
    }
    for (const key of Object.keys(value)) {
      this.steps[depth] = key;
      const field = value[key];
      if (isDangerousKey(key, field)) throw this.problem(`the key "${key}"`, depth + 1);
      this.addSize(key.length, depth + 1);
      this.visit(field, depth + 1);
    }
  }

  private visitMembers(set: ReadonlySet<unknown>, depth: number): void {
    let index = 0;
    for (const member of set) {
      this.steps[depth] = index++;
      this.visit(member, depth + 1);
    }
  }

  private visitEntries(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    let index = 0;
    for (const [key, field] of map) {
      // Below zero: the key of the entry, not its value.
      this.steps[depth] = -1 - index;
      this.visit(key, depth + 1);
      this.steps[depth] = index++;
      this.visit(field, depth + 1);
    }
  }

  private addSize(size: number, depth: number): void {
    this.size += size;
    const { unpackedBytes } = this.limits;
    if (this.size > unpackedBytes) throw this.tooMuch(`${unpackedBytes} characters`, depth);
  }

  private tooMuch(amount: string, depth: number): DataProblem {
    return this.cycle(depth) ?? this.problem(`more than ${amount}`, depth);
  }

  /** The problem of a cycle, where that is why there is so much. */
  private cycle(depth: number): DataProblem | undefined {
    const seen = new Set<object>();
    for (const [index, holder] of this.holders.slice(0, depth).entries()) {
      if (seen.has(holder)) return this.problem('a cycle', index);
      seen.add(holder);
    }
    return undefined;
  }

  private tooDeep(depth: number): DataProblem {
    return this.problem(`data nested deeper than ${this.limits.depth} levels`, depth);
  }

  private problem(found: string, depth: number): DataProblem {
    return new DataProblem({ path: this.pathTo(depth), found });
  }

  private pathTo(depth: number): string {
    const steps = this.steps.slice(0, depth).map((step, at) => stepText(this.holders[at], step));
    const path = `$${steps.join('')}`;
    return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
  }
}

function stepText(holder: object | undefined, step: string | number): string {
  if (typeof step === 'number') {
    if (Array.isArray(holder)) return `[${step}]`;
    return step < 0 ? `<key ${-1 - step}>` : `<${step}>`;
  }
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

function isBytes(value: object): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}
