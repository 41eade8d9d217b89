/**
 * Lets a child process run this project's TypeScript, decorators and their metadata included, without a build: each file
 * is transpiled as it is imported. Results are kept by content in the temporary folder, so that only the first child
 * pays, and TypeScript itself is loaded only then.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const library = new URL('../../lib/index.ts', import.meta.url).href;
const cache = join(tmpdir(), 'nestjs-sqs-tasks-test-children');

export async function resolve(specifier, context, next) {
  if (specifier === 'nestjs-sqs-tasks') return next(library, context);
  const source = typescriptOf(specifier, context.parentURL);
  return next(source ?? specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  return { format: 'module', shortCircuit: true, source: await transpiled(url) };
}

/** `./worker.js` in a TypeScript file means `./worker.ts`. */
function typescriptOf(specifier, parentURL) {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !parentURL) return undefined;
  const source = new URL(specifier.replace(/\.js$/, '.ts'), parentURL);
  return existsSync(source) ? source.href : undefined;
}

async function transpiled(url) {
  const source = await readFile(new URL(url), 'utf8');
  const key = createHash('sha256').update(`${url}\0${source}`).digest('hex');
  const path = join(cache, `${key}.mjs`);
  if (existsSync(path)) return readFile(path, 'utf8');
  const output = await transpile(url, source);
  await keep(path, output);
  return output;
}

async function transpile(url, source) {
  const { default: ts } = await import('typescript');
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

/** Renamed into place, so that another child never reads half a file. */
async function keep(path, output) {
  await mkdir(cache, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, output);
  await rename(draft, path);
}
