import { InvalidTaskDataError } from '../../contracts/errors/index.js';
import type {
  DataVerdict,
  DtoClass,
  StandardSchema,
  StandardSchemaIssue,
  StandardSchemaResult,
  TaskSchema,
} from '../../contracts/task-contract.js';
import { dtoToPlain, judgeDto } from './dto-schema.js';
import { listedIssues } from './listed-issues.js';

/**
 * What a task's schema says of data; a promise only where the schema needs one. It throws where the schema itself
 * fails, which says nothing about the data.
 * @throws MissingPackageError
 */
export function judgeTaskData<Output>(
  schema: TaskSchema<unknown, Output>,
  data: unknown,
): DataVerdict<Output> | Promise<DataVerdict<Output>> {
  if (!isStandardSchema(schema)) return judgeDto(schema as DtoClass<Output>, data);
  const result = schema['~standard'].validate(data);
  return isPromise(result) ? result.then(verdictOf) : verdictOf(result);
}

/**
 * Checks data against a task's schema and answers what the schema makes of it; a promise only where the schema needs one.
 * @throws InvalidTaskDataError, MissingPackageError
 */
export function checkTaskData<Output>(
  pattern: string,
  schema: TaskSchema<unknown, Output>,
  data: unknown,
): Output | Promise<Output> {
  const verdict = judgeTaskData(schema, data);
  if (!isPromise(verdict)) return valueOf(pattern, verdict);
  return verdict.then((settled) => valueOf(pattern, settled));
}

/**
 * Checks data that is about to be sent and answers what to send: the data as it was given, since the handler's side applies
 * the schema itself. Only instances of DTO classes become plain data.
 * @throws InvalidTaskDataError, MissingPackageError
 */
export function checkOutgoingData(pattern: string, schema: TaskSchema, data: unknown): unknown {
  const checked = checkTaskData(pattern, schema, data);
  if (!isPromise(checked)) return data;
  return checked.then(() => (isStandardSchema(schema) ? data : dtoToPlain(schema, data)));
}

// Some libraries make their schemas functions, as classes are, so the marker decides.
function isStandardSchema<Output>(
  schema: StandardSchema<unknown, Output> | DtoClass,
): schema is StandardSchema<unknown, Output> {
  return '~standard' in schema;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function valueOf<Output>(pattern: string, verdict: DataVerdict<Output>): Output {
  if (verdict.issues === undefined) return verdict.value;
  throw new InvalidTaskDataError({ pattern, issues: verdict.issues });
}

function verdictOf<Output>(result: StandardSchemaResult<Output>): DataVerdict<Output> {
  if (result.issues === undefined) return result;
  return { issues: listedIssues(result.issues, sentenceOf) };
}

function sentenceOf({ message, path }: StandardSchemaIssue): string {
  const steps = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
  return steps.length === 0 ? message : `${steps.join('.')}: ${message}`;
}
