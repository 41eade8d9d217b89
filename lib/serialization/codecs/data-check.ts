import { describe, type JsonProblem } from './json-check.js';
import { isDangerousKey, isRecord, MAX_JSON_DEPTH } from './json-limits.js';

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
 * large to walk. So shared parts count each time they appear, and together no more than `maxSize`: one for each value,
 * one for each character and byte.
 *
 * @throws DataProblem for a cycle, too deep or too large data, an instance of a class, or a key that is refused
 */
export function checkData(root: unknown, maxSize: number): void {
  new DataWalk(maxSize).visit(root, { above: undefined, step: '$', depth: 0 });
}

interface Place {
  readonly above: Place | undefined;
  readonly step: string;
  readonly depth: number;
}

interface Extent {
  readonly size: number;
  readonly height: number;
}

class DataWalk {
  private readonly known = new Map<object, Extent>();
  private readonly open = new Set<object>();

  constructor(private readonly maxSize: number) {}

  visit(value: unknown, place: Place): Extent {
    const extent = isObject(value) ? this.visitObject(value, place) : visitPrimitive(value, place);
    if (extent.size > this.maxSize) throw problem(`more than ${this.maxSize} characters`, place);
    if (place.depth + extent.height > MAX_JSON_DEPTH) throw tooDeep(place);
    return extent;
  }

  private visitObject(value: object, place: Place): Extent {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    if (this.open.has(value)) throw problem('a cycle', place);
    if (place.depth >= MAX_JSON_DEPTH) throw tooDeep(place);
    this.open.add(value);
    const extent = this.visitParts(value, place);
    this.open.delete(value);
    this.known.set(value, extent);
    return extent;
  }

  private visitParts(value: object, place: Place): Extent {
    const leaf = sizeOfLeaf(value);
    if (leaf !== undefined) return { size: leaf, height: 0 };
    const parts = partsOf(value);
    if (parts === undefined) throw problem(describe(value), place);
    let [size, height] = [1, 0];
    for (const [step, part] of parts) {
      const below = { above: place, step, depth: place.depth + 1 };
      if (isRefusedKey(value, step, part)) throw problem(`the key "${step}"`, below);
      const extent = this.visit(part, below);
      size += extent.size + (Array.isArray(value) ? 0 : step.length);
      height = Math.max(height, extent.height + 1);
      if (size > this.maxSize) throw problem(`more than ${this.maxSize} characters`, place);
    }
    return { size, height };
  }
}

function visitPrimitive(value: unknown, place: Place): Extent {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw problem(value === hole ? 'a hole' : describe(value), place);
  }
  const size = typeof value === 'string' ? value.length + 1 : 1;
  return { size, height: 0 };
}

function sizeOfLeaf(value: object): number | undefined {
  if (value instanceof Date) return 1;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 1 + value.byteLength;
  return undefined;
}

type Parts = Iterable<readonly [step: string, part: unknown]>;

function partsOf(value: object): Parts | undefined {
  if (Array.isArray(value)) return itemsOf(value);
  if (value instanceof Set) return membersOf(value);
  if (value instanceof Map) return entriesOf(value);
  // A class that says how JSON writes it has fields of its own kind: they are not the data.
  return isRecord(value) && typeof value.toJSON !== 'function' ? Object.entries(value) : undefined;
}

function* itemsOf(items: readonly unknown[]): Parts {
  // By index: a hole is a hole, and must not be skipped however many there are.
  for (let index = 0; index < items.length; index++) {
    yield [`[${index}]`, Object.hasOwn(items, index) ? items[index] : hole];
  }
}

const hole = Symbol('hole');

function* membersOf(set: ReadonlySet<unknown>): Parts {
  let index = 0;
  for (const member of set) yield [`<${index++}>`, member];
}

function* entriesOf(map: ReadonlyMap<unknown, unknown>): Parts {
  let index = 0;
  for (const [key, field] of map) {
    yield [`<key ${index}>`, key];
    yield [`<${index++}>`, field];
  }
}

function isRefusedKey(holder: object, step: string, part: unknown): boolean {
  return !Array.isArray(holder) && isDangerousKey(step, part);
}

function tooDeep(place: Place): DataProblem {
  return problem(`data nested deeper than ${MAX_JSON_DEPTH} levels`, place);
}

function problem(found: string, place: Place): DataProblem {
  return new DataProblem({ path: pathOf(place), found });
}

function pathOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.above) steps.push(stepText(at));
  const path = steps.toReversed().join('');
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}

function stepText({ step, above }: Place): string {
  if (above === undefined || /^[[<]/.test(step)) return step;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
