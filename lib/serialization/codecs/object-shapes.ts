import type { DecodingBudget } from '../../contracts/decoding-budget.js';

/**
 * The fields that an object has so far, in their order, as V8's hidden classes know them. V8 makes one for each new
 * sequence of fields, which takes ten times what a known one does; so what a message makes of them is counted here.
 */
export class Shape {
  private followed: Shape | undefined;
  private others: Map<string, Shape> | undefined;

  constructor(private readonly lastField = '') {}

  /** The field that followed last time: rows of a table have the same fields in the same order. */
  get likelyField(): string | undefined {
    return this.followed?.lastField;
  }

  /**
   * The shape with one field more.
   *
   * @throws UndecodableMessageError where it is new, and one more than the budget has
   */
  with(field: string, budget: DecodingBudget): Shape {
    if (this.followed?.lastField === field) return this.followed;
    const known = this.others?.get(field);
    if (known !== undefined) return (this.followed = known);
    budget.spend('fieldNames', NEW_PLACE);
    return (this.followed = this.add(new Shape(field)));
  }

  private add(shape: Shape): Shape {
    if (this.followed === undefined) return shape;
    this.others ??= new Map([[this.followed.lastField, this.followed]]);
    this.others.set(shape.lastField, shape);
    return shape;
  }
}

/** What a field counts as that no object before had in its place. */
const NEW_PLACE = 5;
/** From here on an object is a hash table to V8, and only names that are new take time. */
const SHAPED_FIELDS = 128;

/** Takes the names of fields from the budget, object by object. */
export class FieldNames {
  /** The shape of an object without fields. */
  readonly noFields = new Shape();
  private readonly known = new Set<string>();

  constructor(private readonly budget: DecodingBudget) {}

  /**
   * The shape of an object after its next field, which is the `count`th; undefined where it is not known.
   *
   * @throws UndecodableMessageError
   */
  next(shape: Shape | undefined, field: string, count: number): Shape | undefined {
    if (count <= SHAPED_FIELDS) return this.place(shape, field);
    if (!this.known.has(field)) {
      this.known.add(field);
      this.budget.spend('fieldNames');
    }
    return shape;
  }

  /** A whole number as a key: V8 keeps a table of those in each object that has one. */
  index(count: number): void {
    this.budget.spend('fieldNames', count <= SHAPED_FIELDS ? NEW_PLACE : 1);
  }

  private place(shape: Shape | undefined, field: string): Shape | undefined {
    if (shape !== undefined) return shape.with(field, this.budget);
    this.budget.spend('fieldNames', NEW_PLACE);
    return undefined;
  }
}

/** True for a key that objects keep as an index, apart from their named fields. */
export function isIndex(key: string): boolean {
  return key.length <= 10 && /^(?:0|[1-9]\d*)$/.test(key);
}

/** An object that is being filled, and what V8 makes of it; without a shape where that is not known. */
interface OpenObject {
  readonly target: object;
  shape: Shape | undefined;
  fieldCount: number;
  /** Places that V8 keeps for whole numbers as keys; undefined where it keeps a table of them instead. */
  places: number | undefined;
}

/**
 * Fills plain objects field by field, and takes from the budget what V8 makes of them. Objects are filled one within
 * another, so those that are open lie on a stack; one that is come back to later is not known any more, and each of its
 * fields counts as new.
 */
export class FieldWriter {
  private readonly open: OpenObject[] = [];
  private readonly names: FieldNames;

  constructor(private readonly budget: DecodingBudget) {
    this.names = new FieldNames(budget);
  }

  create(): Record<string, unknown> {
    const target = {};
    this.push({ target, shape: this.names.noFields, fieldCount: 0, places: 0 });
    return target;
  }

  /** @throws UndecodableMessageError */
  set(target: Record<string, unknown>, key: string, value: unknown): void {
    const object = this.reopen(target);
    if (isIndex(key)) this.spendPlaces(object, Number(key));
    else object.shape = this.names.next(object.shape, key, ++object.fieldCount);
    target[key] = value;
  }

  private reopen(target: object): OpenObject {
    for (let last = this.open.at(-1); last !== undefined; last = this.open.at(-1)) {
      if (last.target === target) return last;
      this.open.pop();
    }
    return this.push({ target, shape: undefined, fieldCount: 0, places: 0 });
  }

  private push(object: OpenObject): OpenObject {
    const { depth } = this.budget.limits;
    // Siblings stay until their parent gets its next field; no more than the nesting allows can be needed.
    if (this.open.length >= 2 * depth) this.open.splice(0, depth);
    this.open.push(object);
    return object;
  }

  /**
   * A whole number as a key makes V8 keep places for all below it, up to some 5,000, and half as many again: a field of
   * six bytes can take 40 kB. Beyond that, or over a gap of 1,024, it keeps a table.
   */
  private spendPlaces(object: OpenObject, index: number): void {
    const { places } = object;
    if (places === undefined || index < places) return;
    const grown = index + 1 + ((index + 1) >> 1) + 16;
    const isTable = index - places >= 1_024 || grown > 5_000;
    object.places = isTable ? undefined : grown;
    const newPlaces = isTable ? PLACES_OF_TABLE : grown - places;
    this.budget.spend('values', Math.ceil(newPlaces / PLACES_OF_VALUE));
  }
}

const PLACES_OF_TABLE = 32;
/** A place takes 8 bytes, and a value, where it is a number or short text, three or four times as much. */
const PLACES_OF_VALUE = 4;

/** @throws UndecodableMessageError where a set or the keys of a map hold more numbers than the budget has */
export function spendHashed(member: unknown, budget: DecodingBudget): void {
  if (typeof member === 'number') budget.spend('hashedNumbers');
  else if (typeof member === 'bigint') budget.spend('hashedNumbers', 10);
}

/** What one object of a kind counts as among the containers, by the time and the memory that it takes when empty. */
export const CONTAINERS_OF = { array: 1, object: 1, map: 3, set: 3, date: 4, bytes: 8 } as const;

/** What a value counts as that was just made. */
export function containersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return CONTAINERS_OF.array;
  if (value instanceof Uint8Array) return CONTAINERS_OF.bytes;
  if (value instanceof Set) return CONTAINERS_OF.set;
  return value instanceof Date ? CONTAINERS_OF.date : CONTAINERS_OF.object;
}
