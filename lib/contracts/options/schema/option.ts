import { z } from 'zod';

/** What is said of an option beside its type: error messages and the reference table are made from it. */
export interface OptionFacts {
  /** Completes "Expected concurrency to be …". */
  readonly expected: string;
  readonly description: string;
  readonly range?: string;
  readonly default?: string;
  /** What it costs to raise or to choose it. */
  readonly cost?: string;
  /** Its value may hold credentials: messages name its kind, never its content. */
  readonly isSecret?: boolean;
}

/** Our own registry: zod's global one belongs to the application. */
export const optionFacts = z.registry<OptionFacts>();

/** Defines an option that may be left out. */
export function option<S extends z.ZodType>(schema: S, facts: OptionFacts): z.ZodOptional<S> {
  return required(schema.optional(), facts);
}

/** Defines an option that must be given, or an element of a list. */
export function required<S extends z.ZodType>(schema: S, facts: OptionFacts): S {
  optionFacts.add(schema, facts);
  return schema;
}

export interface IntegerFacts extends Omit<OptionFacts, 'expected' | 'range' | 'default'> {
  readonly from: number;
  readonly to: number;
  readonly default?: number | string;
}

export function integer({ from, to, default: value, ...facts }: IntegerFacts) {
  return option(z.int().min(from).max(to), {
    ...facts,
    expected: `an integer from ${from} to ${to}`,
    range: `${grouped(from)}…${grouped(to)}`,
    default: typeof value === 'number' ? grouped(value) : value,
  });
}

/** A number of any kind, such as a factor or a fraction of a second. */
export function number({ from, to, default: value, ...facts }: IntegerFacts) {
  return option(z.number().min(from).max(to), {
    ...facts,
    expected: `a number from ${from} to ${to}`,
    range: `${grouped(from)}…${grouped(to)}`,
    default: typeof value === 'number' ? grouped(value) : value,
  });
}

export interface ChoiceFacts extends Omit<OptionFacts, 'expected' | 'range'> {}

export function choice<const V extends readonly [string, ...string[]]>(
  values: V,
  facts: ChoiceFacts,
) {
  const names = values.map((value) => `'${value}'`);
  return option(z.enum(values), {
    ...facts,
    expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
    range: names.join(', '),
    default: facts.default === undefined ? undefined : `'${facts.default}'`,
  });
}

export function flag({
  default: value,
  ...facts
}: Omit<OptionFacts, 'expected' | 'range' | 'default'> & { default?: boolean | string }) {
  return option(z.boolean(), {
    ...facts,
    expected: 'true or false',
    range: 'true, false',
    default: value === undefined ? undefined : String(value),
  });
}

/** Text with at least one character. */
export function text(facts: Omit<OptionFacts, 'expected'>) {
  return option(z.string().min(1), { ...facts, expected: 'text that is not empty' });
}

export function textRecord(facts: Omit<OptionFacts, 'expected'>) {
  const value = required(z.string(), { expected: 'text', description: 'One value.' });
  return option(z.record(z.string(), value), {
    ...facts,
    expected: 'an object whose values are text',
  });
}

/** `43,200`. The same by `toLocaleString()` would cost every import of the library ten milliseconds. */
export function grouped(value: number): string {
  return Number.isInteger(value) ? String(value).replace(/\B(?=(\d{3})+$)/g, ',') : String(value);
}
