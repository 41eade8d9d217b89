import type { TaskHandlerOptions } from '../../contracts/index.js';
import { given } from '../../contracts/options/given.js';
import { validateOptions } from '../../contracts/options/schema/index.js';
import { sourceSchema, stageSchema } from './pipeline-options.js';
import type { SourceOptions, StageOptions } from './pipeline-options.js';

/** What `@Source()` and `@Stage()` leave for `@SqsPipeline()`, which runs after them. */
export interface DeclaredStage {
  readonly kind: 'source' | 'stage';
  readonly name: string;
  readonly method: string;
  readonly options: StageOptions;
  readonly intervalMs: number | (() => number);
  readonly handlerOptions: TaskHandlerOptions;
}

/**
 * The method that makes items, over and over, wherever the stage or its whole pipeline is named in `stages`. What it
 * returns is the first stage's value; `null`, `undefined` or `SKIP` makes no item.
 *
 * @example
 * ```ts
 * @Source({ intervalMs: 100, concurrency: 4 })
 * generate(maxSize = 10): string { … }
 * ```
 * @throws InvalidOptionsError
 */
export function Source(options: SourceOptions = {}): MethodDecorator {
  validateOptions('@Source()', sourceSchema, options);
  const { intervalMs = 0, concurrency = 1, ...others } = options;
  return declare('source', { ...others, concurrency }, intervalMs);
}

/**
 * One step of the line: it gets what the method above it returned, and what it returns goes to the one below.
 *
 * @example
 * ```ts
 * @Stage({ concurrency: 16 })
 * count([word, vowels]: [string, string]): [string, number] { … }
 * ```
 * @throws InvalidOptionsError
 */
export function Stage(options: StageOptions = {}): MethodDecorator {
  validateOptions('@Stage()', stageSchema, options);
  return declare('stage', options, 0);
}

/** The stages of a class in the order of its methods. */
export function declaredStages(type: object): readonly DeclaredStage[] {
  return (Reflect.getOwnMetadata(STAGES, type) ?? []) as DeclaredStage[];
}

const STAGES = Symbol.for('nestjs-sqs-tasks:stages');

function declare(
  kind: DeclaredStage['kind'],
  options: StageOptions,
  intervalMs: DeclaredStage['intervalMs'],
): MethodDecorator {
  return (prototype, key) => {
    const { timeoutMs, onError, onInvalidMessage, onExhausted } = options;
    const method = String(key);
    const stage: DeclaredStage = {
      kind,
      name: options.name ?? method,
      method,
      options,
      intervalMs,
      handlerOptions: given({ timeoutMs, onError, onInvalidMessage, onExhausted }),
    };
    const type = prototype.constructor;
    Reflect.defineMetadata(STAGES, [...declaredStages(type), stage], type);
  };
}
