import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { AppNotFoundError } from '../errors/cli-errors.js';

/** Where an app is: a file, and which of its exports; no path of export names stands for the one it has. */
export interface AppReference {
  readonly file: string;
  readonly exportPath: readonly string[];
}

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts'];

/**
 * Reads `dist/app.module.js:AppModule`, or, as squids wrote it, `dist.app.AppModule`: a dotted path of which the last
 * part or parts are export names.
 * @throws AppNotFoundError
 */
export function findApp(reference: string, cwd: string): AppReference {
  const candidates = candidatesOf(reference);
  for (const { path, names } of candidates) {
    const file = fileAt(path, cwd);
    if (file !== undefined) return { file, exportPath: names };
  }
  throw new AppNotFoundError({ reference, file: candidates[0]?.path ?? reference });
}

interface Candidate {
  readonly path: string;
  readonly names: readonly string[];
}

function candidatesOf(reference: string): Candidate[] {
  // A colon before a slash belongs to the path, as in C:\app.js.
  const [, path, names] = /^(.+):([^:/\\]*)$/.exec(reference) ?? [];
  if (path !== undefined) return [...asWritten(path, (names ?? '').split('.').filter(Boolean))];
  return [{ path: reference, names: [] }, ...dotted(reference)];
}

function asWritten(path: string, names: readonly string[]): Candidate[] {
  return [path, dotsToFolders(path)].map((one) => ({ path: one, names }));
}

/** Every way to part `a.b.c` into a file and its exports, the longest file first. */
function dotted(reference: string): Candidate[] {
  const parts = reference.split('.');
  const lengths = parts.map((_, index) => parts.length - index).filter((n) => n > 0);
  return lengths.flatMap((length) =>
    asWritten(parts.slice(0, length).join('.'), parts.slice(length)),
  );
}

function dotsToFolders(path: string): string {
  return path.replaceAll('.', '/');
}

function fileAt(path: string, cwd: string): string | undefined {
  const found = EXTENSIONS.map((extension) => resolve(cwd, path + extension)).find(isFile);
  return found ?? [resolve(cwd, join(path, 'index.js'))].find(isFile);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** The file as a user would write it. */
export function shownFile(file: string, cwd: string): string {
  const shown = relative(cwd, file);
  return shown.startsWith('..') ? file : shown;
}
