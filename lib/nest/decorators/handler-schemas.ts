import { existsSync } from 'node:fs';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { IsolateOptions } from '../../contracts/index.js';
import {
  integer,
  isolateSchema,
  longTaskSchema,
  option,
  pathOf,
  schemaOf,
  taskHandlerSchema,
  validateOptions,
} from '../../contracts/options/schema/index.js';
import { BATCH_DEFAULTS } from '../handler-definition.js';
import type {
  BatchHandlerOptions,
  RawHandlerOptions,
  SingleHandlerOptions,
} from '../handler-definition.js';

const MAX_BATCH = 10_000;
const MAX_WAIT_MS = 60_000;

/** What `@SqsRawTask` may say of its handler. */
export const rawHandlerSchema = schemaOf<RawHandlerOptions>()(() => ({
  ...taskHandlerSchema().shape,
  ...longTaskSchema().shape,
}));

/** What `@SqsTask` may say of its handler. */
export const singleHandlerSchema = schemaOf<SingleHandlerOptions>()(() => ({
  ...rawHandlerSchema().shape,
  isolate: option(isolateSchema(), {
    expected: 'an object with runtime, and file or module',
    description: 'Runs the method in a pool of threads or processes.',
    default: "on the worker's event loop",
    cost: 'Arguments and results are copied; each member has a heap of its own.',
  }),
}));

/** What `@SqsBatchTask` may say of its handler. */
export const batchHandlerSchema = schemaOf<BatchHandlerOptions>()(() => ({
  ...taskHandlerSchema().shape,
  maxSize: integer({
    from: 1,
    to: MAX_BATCH,
    default: BATCH_DEFAULTS.maxSize,
    description: 'Tasks given to the handler at once.',
    cost: 'All of them are held until the last has ended.',
  }),
  maxWaitMs: integer({
    from: 0,
    to: MAX_WAIT_MS,
    default: BATCH_DEFAULTS.maxWaitMs,
    description: 'Milliseconds to wait for a full batch.',
    cost: 'The first task of a batch waits as long.',
  }),
}));

/** @throws InvalidOptionsError */
export function checkTaskOptions(decorator: string, options: SingleHandlerOptions): void {
  validateOptions(decorator, singleHandlerSchema, options);
  if (options.isolate !== undefined) checkFile(decorator, options.isolate);
}

/** @throws InvalidOptionsError */
export function checkRawOptions(decorator: string, options: RawHandlerOptions): void {
  validateOptions(decorator, rawHandlerSchema, options);
}

/** @throws InvalidOptionsError */
export function checkBatchOptions(decorator: string, options: BatchHandlerOptions): void {
  validateOptions(decorator, batchHandlerSchema, options);
}

function checkFile(decorator: string, isolate: IsolateOptions): void {
  const name = isolate.file === undefined ? 'module' : 'file';
  const path = pathOf(isolate[name] ?? '');
  if (existsSync(path)) return;
  const problem = `Expected isolate.${name} to be a file that exists, got "${path}"`;
  throw new InvalidOptionsError({ where: decorator, problems: [problem] });
}
