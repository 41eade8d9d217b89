import type { ValidationError } from 'class-validator';
import { DECODING_LIMITS } from '../../contracts/decoding-budget.js';
import { MissingPackageError } from '../../contracts/errors/index.js';
import type { DataVerdict, DtoClass } from '../../contracts/task-contract.js';
import { listedIssues } from './listed-issues.js';

/** Loads an optional package; a test gives its own. */
export type LoadPackage = (name: 'class-validator' | 'class-transformer') => Promise<unknown>;

/**
 * Makes an instance of a DTO class and runs the checks of its class-validator decorators. Both packages are loaded here,
 * so that nobody needs them who has no such class.
 * @throws MissingPackageError
 */
export async function judgeDto<Data>(
  dtoClass: DtoClass<Data>,
  data: unknown,
  load: LoadPackage = loadPackage,
): Promise<DataVerdict<Data>> {
  const { plainToInstance } = await need<typeof import('class-transformer')>(
    'class-transformer',
    load,
  );
  const { validate } = await need<typeof import('class-validator')>('class-validator', load);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { issues: [`expected an object for ${dtoClass.name}`] };
  }
  if (hasTooManyFields(data)) {
    const issue = `expected at most ${MAX_FIELDS} fields in one object`;
    return { issues: [issue] };
  }
  const instance = plainToInstance(dtoClass as new () => object, data);
  const errors = await validate(instance);
  if (errors.length === 0) return { value: instance as Data };
  const sentences = errors.flatMap((error) => sentencesOf(error, ''));
  return { issues: listedIssues(sentences, String) };
}

/** class-transformer compares each field of an object with all others: so many take some 80 ms, ten times as many 8 s. */
const MAX_FIELDS = 10_000;

// Parts that the data share are copied each time, and count each time. What is sent may be a cycle: no received data has
// more values than this looks at.
function hasTooManyFields(data: object): boolean {
  const waiting: object[] = [data];
  let comparisons = 0;
  for (let visits = 0; visits < DECODING_LIMITS.values; visits++) {
    const next = waiting.pop();
    if (next === undefined) return false;
    const fields: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) comparisons += fields.length ** 2;
    if (comparisons > MAX_FIELDS ** 2) return true;
    for (const field of fields) if (isObject(field)) waiting.push(field);
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Data of a DTO as codecs write it: an instance becomes plain as its class-transformer decorators say. */
export async function dtoToPlain(
  dtoClass: DtoClass,
  data: unknown,
  load: LoadPackage = loadPackage,
): Promise<unknown> {
  if (!(data instanceof dtoClass)) return data;
  const transformer = await need<typeof import('class-transformer')>('class-transformer', load);
  return transformer.instanceToPlain(data);
}

function loadPackage(name: 'class-validator' | 'class-transformer'): Promise<unknown> {
  return name === 'class-validator' ? import('class-validator') : import('class-transformer');
}

async function need<T>(
  name: 'class-validator' | 'class-transformer',
  load: LoadPackage,
): Promise<T> {
  try {
    return (await load(name)) as T;
  } catch (cause) {
    throw new MissingPackageError({
      packageName: name,
      neededFor: 'A task schema that is a class',
      install: 'npm install class-validator class-transformer',
      cause,
    });
  }
}

function sentencesOf(error: ValidationError, parent: string): string[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) => `${path}: ${message}`);
  return [...own, ...(error.children ?? []).flatMap((child) => sentencesOf(child, path))];
}
