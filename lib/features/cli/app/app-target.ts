import type { INestApplicationContext } from '@nestjs/common';
import type { WorkerModule } from '../../../nest/index.js';
import { NoAppError } from '../errors/cli-errors.js';

/** What `--app` may lead to. */
export type AppTarget =
  | { readonly kind: 'module'; readonly module: WorkerModule }
  | { readonly kind: 'app'; readonly app: INestApplicationContext };

/**
 * Makes a module or an app of what was exported: itself, or what a function answers that gets the worker's options.
 * @throws NoAppError, and what the function throws
 */
export async function appTarget(
  reference: string,
  exported: unknown,
  options: Readonly<Record<string, unknown>>,
): Promise<AppTarget> {
  const value = await exported;
  const own = targetOf(value);
  if (own !== undefined) return own;
  if (typeof value !== 'function') throw new NoAppError({ reference, found: shown(value) });
  const made: unknown = await Reflect.apply(value, undefined, [options]);
  const target = targetOf(made);
  if (target !== undefined) return target;
  throw new NoAppError({ reference, found: `a function that answered ${shown(made)}` });
}

/** An app or a module; undefined for everything else, a function that may answer one too. */
export function targetOf(value: unknown): AppTarget | undefined {
  if (isApp(value)) return { kind: 'app', app: value };
  if (isModule(value)) return { kind: 'module', module: value as WorkerModule };
  return undefined;
}

function isApp(value: unknown): value is INestApplicationContext {
  return isObject(value) && hasMethod(value, 'close') && hasMethod(value, 'get');
}

function isModule(value: unknown): boolean {
  if (typeof value === 'function') return isModuleClass(value);
  return isObject(value) && typeof Reflect.get(value, 'module') === 'function';
}

const MODULE_KEYS = ['imports', 'controllers', 'providers', 'exports'];

/** `@Module({})` leaves no trace, so any class counts; a factory is a plain function. */
function isModuleClass(value: object): boolean {
  const hasTrace = MODULE_KEYS.some((key) => Reflect.hasMetadata(key, value));
  return hasTrace || /^class\b/.test(Function.prototype.toString.call(value));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function hasMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  return typeof value === 'object'
    ? `an object of ${value.constructor?.name ?? 'no class'}`
    : `a ${typeof value}`;
}
