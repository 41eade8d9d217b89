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
import { fileURLToPath, pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';

const lib = new URL('../../lib/', import.meta.url).href;
const library = new URL('index.ts', lib).href;
const cache = join(tmpdir(), 'nestjs-sqs-tasks-test-children');

/** The bundle of bundle-library.ts by the sources that it stands for; soak scripts run without one. */
const folder = process.env['TEST_LIBRARY'];
const bundle =
  folder === undefined ? {} : JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));

export function resolve(specifier, context, next) {
  const wanted = specifier === 'nestjs-sqs-tasks' ? library : specifier;
  const source = typescriptOf(wanted, context.parentURL) ?? wanted;
  const built = bundle[source];
  if (built !== undefined) return next(pathToFileURL(join(folder, built)).href, context);
  if (folder !== undefined && source.startsWith(lib)) throw notBundled(source);
  return next(source, context);
}

/** Beside the bundle, it would be a second copy of each class that it needs. */
function notBundled(source) {
  return new Error(`${source} is not in the bundle that children use: no test imports it by name.`);
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
