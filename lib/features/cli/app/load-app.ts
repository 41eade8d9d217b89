import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  AppNotLoadedError,
  ExportNotFoundError,
  TypeScriptAppError,
} from '../errors/cli-errors.js';
import { firstSentence } from '../errors/first-sentence.js';
import { findApp, shownFile } from './app-reference.js';
import type { AppReference } from './app-reference.js';

/**
 * Loads the file of an app, ESM or CommonJS, and answers its export.
 * @throws AppNotFoundError, AppNotLoadedError, TypeScriptAppError, ExportNotFoundError
 */
export async function loadApp(reference: string, cwd: string): Promise<unknown> {
  const app = findApp(reference, cwd);
  const shown = shownFile(app.file, cwd);
  const exports = await importFile(app.file, shown);
  return app.exportPath.length === 0 ? onlyExport(exports, shown) : named(exports, app, shown);
}

type Exports = Readonly<Record<string, unknown>>;

async function importFile(file: string, shown: string): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file).href)) as Exports;
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

function onlyExport(exports: Exports, file: string): unknown {
  const known = namesIn(exports);
  const name = ['default', 'AppModule', ...(known.length === 1 ? known : [])].find((one) =>
    known.includes(one),
  );
  if (name === undefined) throw new ExportNotFoundError({ file, name: 'default', known });
  return unwrapped(exports[name]);
}

function named(exports: Exports, { exportPath }: AppReference, file: string): unknown {
  const found = exportPath.reduce<unknown>(valueOf, exports);
  if (found !== undefined) return found;
  // What CommonJS exports in a way that Node cannot see beforehand stands under `default` alone.
  const inside = exportPath.reduce<unknown>(valueOf, exports['default']);
  if (inside !== undefined) return inside;
  throw new ExportNotFoundError({ file, name: exportPath.join('.'), known: namesIn(exports) });
}

/** Only what an export has itself: nothing inherited is an app. */
function valueOf(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    return undefined;
  return Object.hasOwn(value, name) ? (value as Exports)[name] : undefined;
}

function namesIn(exports: Exports): string[] {
  return Object.keys(exports).filter((name) => !hidden.has(name));
}

const hidden = new Set(['__esModule', 'module.exports']);

/** A compiled CommonJS file has its default export inside of its default export. */
function unwrapped(value: unknown): unknown {
  const isCompiled = valueOf(value, '__esModule') === true;
  return isCompiled
    ? ((value as Exports)['default'] ?? (value as Exports)['AppModule'] ?? value)
    : value;
}
