import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  AppNotLoadedError,
  ExportNotChosenError,
  ExportNotFoundError,
  TypeScriptAppError,
} from '../errors/cli-errors.js';
import { firstSentence } from '../errors/first-sentence.js';
import { findApp, shownFile } from './app-reference.js';
import { targetOf } from './app-target.js';

/**
 * Loads the file of an app, ESM or CommonJS, and answers its export.
 * @throws AppNotFoundError, AppNotLoadedError, TypeScriptAppError, ExportNotFoundError, ExportNotChosenError
 */
export async function loadApp(reference: string, cwd: string): Promise<unknown> {
  const { file, exportPath } = findApp(reference, cwd);
  const shown = shownFile(file, cwd);
  const namespace = await loading(file, shown, () => import(pathToFileURL(file).href));
  const isNamed = exportPath.length > 0;
  const found = isNamed ? exportPath.reduce<unknown>(valueOf, namespace) : undefined;
  if (found !== undefined) return found;
  const exports = await loading(file, shown, () => exportsOf(namespace));
  return isNamed ? named(exports, exportPath, { shown, namespace }) : onlyExport(exports, shown);
}

type Exports = Readonly<Record<string, unknown>>;

async function loading(
  file: string,
  shown: string,
  load: () => Promise<unknown>,
): Promise<Exports> {
  try {
    return (await load()) as Exports;
  } catch (cause) {
    if (file.endsWith('.ts')) throw new TypeScriptAppError({ file: shown, cause });
    throw new AppNotLoadedError({ file: shown, reason: reasonOf(cause), cause });
  }
}

function reasonOf(cause: unknown): string {
  const sentence = firstSentence(cause);
  // The message of a syntax error does not say where; the first line of its stack does.
  if (!(cause instanceof SyntaxError)) return sentence;
  const [place = ''] = cause.stack?.split('\n') ?? [];
  return /^(file:|\/|[A-Z]:)/.test(place) ? `${sentence} (${shownPlace(place)})` : sentence;
}

function shownPlace(place: string): string {
  return place.startsWith('file:') ? fileURLToPath(place) : place;
}

/**
 * What a file exports, ESM or CommonJS. Of a CommonJS file Node knows the exports that it could read off its text: those
 * of modules that were bundled into it, which have no value, and not those that are made some other way, which stand
 * under `default` alone. Where the file loads something asynchronously, bundlers export a promise of them.
 */
async function exportsOf(namespace: Exports): Promise<Exports> {
  const { default: whole, ...others } = withValues(namespace);
  const inner: unknown = await whole;
  if (isBag(inner)) return { ...others, ...withValues(inner) };
  return inner === undefined ? others : { ...others, default: inner };
}

function withValues(exports: Exports): Exports {
  const entries = Object.entries(exports);
  return Object.fromEntries(entries.filter(([name, value]) => isExport(name, value)));
}

function isExport(name: string, value: unknown): boolean {
  return value !== undefined && !hidden.has(name);
}

const hidden = new Set(['__esModule', 'module.exports']);

/** An object of exports, which is no export itself. */
function isBag(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null && targetOf(value) === undefined;
}

function onlyExport(exports: Exports, file: string): unknown {
  const known = Object.keys(exports);
  const name = ['default', 'AppModule', ...(known.length === 1 ? known : [])].find((one) =>
    known.includes(one),
  );
  if (name !== undefined) return exports[name];
  // As far as one can see without calling anything.
  const app = known.find((one) => targetOf(exports[one]) !== undefined);
  throw new ExportNotChosenError({ file, known, app });
}

function named(
  exports: Exports,
  exportPath: readonly string[],
  { shown: file, namespace }: { shown: string; namespace: Exports },
): unknown {
  const found = exportPath.reduce<unknown>(valueOf, exports);
  if (found !== undefined) return found;
  const [first = ''] = exportPath;
  const known = Object.keys(exports);
  const isOnlyInside = Object.hasOwn(namespace, first) && !known.includes(first);
  throw new ExportNotFoundError({ file, name: exportPath.join('.'), known, isOnlyInside });
}

/** Only what an export has itself: nothing inherited is an app. */
function valueOf(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    return undefined;
  return Object.hasOwn(value, name) ? (value as Exports)[name] : undefined;
}
