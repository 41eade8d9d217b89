/**
 * Lets a child process run this project's TypeScript, decorators and their metadata included, without a build: each file
 * is transpiled as it is imported. Results are kept by content in the temporary folder, so that only the first child
 * pays, and TypeScript itself is loaded only then.
 *
 * Both hooks are synchronous, so that `registerHooks()` takes them as well as `register()`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const library = new URL('../../lib/index.ts', import.meta.url).href;
const cache = join(tmpdir(), 'nestjs-sqs-tasks-test-children');

export function resolve(specifier, context, next) {
  if (specifier === 'nestjs-sqs-tasks') return next(library, context);
  const source = typescriptOf(specifier, context.parentURL);
  return next(source ?? specifier, context);
}

export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', shortCircuit: true, source: transpiled(url) };
}

/** `./worker.js` in a TypeScript file means `./worker.ts`. */
function typescriptOf(specifier, parentURL) {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !parentURL) return undefined;
  const source = new URL(specifier.replace(/\.js$/, '.ts'), parentURL);
  return existsSync(source) ? source.href : undefined;
}

function transpiled(url) {
  const source = readFileSync(new URL(url), 'utf8');
  const key = createHash('sha256').update(`${url}\0${source}`).digest('hex');
  const path = join(cache, `${key}.mjs`);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const output = transpile(url, source);
  keep(path, output);
  return output;
}

function transpile(url, source) {
  const ts = createRequire(import.meta.url)('typescript');
  return ts.transpileModule(source, {
    fileName: fileURLToPath(url),
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      inlineSourceMap: true,
      inlineSources: true,
    },
  }).outputText;
}

/** Renamed into place, so that another child, or another thread of this one, never reads half a file. */
function keep(path, output) {
  mkdirSync(cache, { recursive: true });
  const draft = `${path}.${process.pid}.${threadId}`;
  writeFileSync(draft, output);
  renameSync(draft, path);
}
