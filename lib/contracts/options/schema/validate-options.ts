import { z } from 'zod';
import { InvalidOptionsError } from '../../errors/config-errors.js';
import { suggestion } from './suggestion.js';
import { optionFacts, type OptionFacts } from './option.js';
import type { LazySchema } from './schema-of.js';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

interface Checked {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/**
 * Answers the options as they are, so that instances in them keep their identity.
 * @param where what the options are for, such as `sqsWorker()`
 * @throws InvalidOptionsError with every problem at once
 */
export function validateOptions<T>(where: string, lazySchema: LazySchema<T>, value: unknown): T {
  const schema = lazySchema();
  const result = schema.safeParse(value);
  if (result.success) return value as T;
  const found = result.error.issues.flatMap((issue) => problemsOf(issue, [], { schema, value }));
  throw new InvalidOptionsError({ where, problems: [...new Set(found)] });
}

function problemsOf(issue: Issue, parent: Path, checked: Checked): string[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, path, checked);
  const branch = issue.code === 'invalid_union' ? branchMeant(issue.errors) : undefined;
  if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path, checked));
  return [wrongValue(issue, path, checked)];
}

/** Of a union, the one branch whose kind fits: its problems lie deeper than the value itself, or are rules of it. */
function branchMeant(branches: Issue[][]): Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some(isWrongKind));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isWrongKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function unknownKeys(keys: readonly string[], path: Path, { schema }: Checked): string[] {
  const known = keysOf(schemaAt(schema, path));
  return keys.map((key) => `Unknown option ${written([...path, key])}${suggestion(key, known)}`);
}

function wrongValue(issue: Issue, path: Path, { schema, value }: Checked): string {
  const expected = expectedBy(issue) ?? factsOf(schemaAt(schema, path))?.expected;
  if (expected === undefined) return `Option ${written(path)}: ${issue.message}`;
  const got = shown(valueAt(value, path), isSecret(schema, path));
  return `Expected ${written(path)} to be ${expected}, got ${got}`;
}

/** What lies inside a secret option is secret too. */
function isSecret(schema: z.ZodType, path: Path): boolean {
  const above = path.map((_, index) => schemaAt(schema, path.slice(0, index + 1)));
  return above.some((option) => factsOf(option)?.isSecret === true);
}

/** Rules between options say themselves what they expect. */
function expectedBy(issue: Issue): string | undefined {
  const expected: unknown = issue.code === 'custom' ? issue.params?.['expected'] : undefined;
  return typeof expected === 'string' ? expected : undefined;
}

function factsOf(schema: z.ZodType | undefined): OptionFacts | undefined {
  if (schema === undefined) return undefined;
  const facts = optionFacts.get(schema);
  if (facts !== undefined) return facts;
  if (schema instanceof z.ZodObject) return { expected: 'an object', description: '' };
  return undefined;
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(
    (current, key) => (current === undefined ? undefined : childOf(current, key)),
    schema,
  );
}

function childOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    return childOf(schema.unwrap() as z.ZodType, key);
  }
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (schema instanceof z.ZodUnion) return objectIn(schema)?.shape[String(key)];
  return undefined;
}

function keysOf(schema: z.ZodType | undefined): string[] {
  if (schema instanceof z.ZodOptional) return keysOf(schema.unwrap() as z.ZodType);
  const object = schema instanceof z.ZodUnion ? objectIn(schema) : schema;
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function objectIn(union: z.ZodUnion): z.ZodObject<Record<string, z.ZodType>> | undefined {
  return union.options.find(
    (branch): branch is z.ZodObject<Record<string, z.ZodType>> => branch instanceof z.ZodObject,
  );
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null
        ? (current as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** `queues[1].deadLetter.maxReceiveCount` */
function written(path: Path): string {
  if (path.length === 0) return 'the options';
  return path.map((key, index) => step(key, index === 0)).join('');
}

function step(key: PropertyKey, isFirst: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  if (!/^[\w$]+$/.test(name)) return `[${JSON.stringify(name)}]`;
  return isFirst ? name : `.${name}`;
}

const MAX_SHOWN_CHARACTERS = 60;

function shown(value: unknown, isHidden: boolean): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isHidden) return kindOf(value);
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return kindOf(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`;
}
