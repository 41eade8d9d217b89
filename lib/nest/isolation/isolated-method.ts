import { Ctx, Payload } from '@nestjs/microservices';
import { PARAMETERS } from '../pipeline/nest-metadata.js';

/** Where the context of a run has what runs its method somewhere else. */
export const RUN_OUTSIDE: unique symbol = Symbol.for('nestjs-sqs-tasks:run-outside');

/** Runs the method with these arguments, and answers its value. */
export type RunOutside = (args: readonly unknown[]) => Promise<unknown>;

interface Method {
  readonly prototype: object;
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor;
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a method in the place of the decorated one that runs it where the context says. Nest calls it behind guards,
 * interceptors and pipes, with the context after the declared arguments; whoever else calls it gets the method itself.
 */
export function isolateMethod({ prototype, key, descriptor }: Method): void {
  const original = descriptor.value as Callable;
  function isolated(this: unknown, ...args: unknown[]): unknown {
    const run = runOf(args.at(-1));
    return run === undefined ? original.apply(this, args) : run(args.slice(0, -1));
  }
  copyMetadata(original, isolated);
  descriptor.value = isolated;
  Object.defineProperty(prototype, key, descriptor);
  declareContext(prototype, key);
}

function runOf(context: unknown): RunOutside | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  return Reflect.get(context, RUN_OUTSIDE) as RunOutside | undefined;
}

/** Decorators below ours have left theirs on the method. */
function copyMetadata(from: object, to: object): void {
  Object.defineProperty(to, 'name', { value: Reflect.get(from, 'name'), configurable: true });
  for (const key of Reflect.getOwnMetadataKeys(from) as string[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

/** One parameter more than the method declares; where it decorates none, Nest gives it the payload. */
function declareContext(prototype: object, key: string | symbol): void {
  const declared = (Reflect.getMetadata(PARAMETERS, prototype.constructor, key) ?? {}) as Record<
    string,
    { index: number }
  >;
  const indexes = Object.values(declared).map(({ index }) => index);
  if (indexes.length === 0) Payload()(prototype, key, 0);
  Ctx()(prototype, key, Math.max(0, ...indexes) + 1);
}
