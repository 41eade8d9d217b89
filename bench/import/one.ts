import 'reflect-metadata';
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import '@aws-sdk/client-sqs';
import '@nestjs/common';
import '@nestjs/core';
import '@nestjs/microservices';
import 'rxjs';

/**
 * What one process pays for importing the packages that it is given: `node one.js import nestjs-sqs-tasks`. What every
 * app has anyhow, Nest and the SDK, was loaded before. Prints one line of JSON.
 */
export interface Import {
  ms: number;
  /** CommonJS files that were loaded, by package; ES modules are not seen, and ours is one, a list of names. */
  files: Record<string, number>;
}

const require = createRequire(import.meta.url);
const [how, ...specifiers] = process.argv.slice(2);
const before = new Set(Object.keys(require.cache));
const from = performance.now();
for (const specifier of specifiers) {
  if (how === 'import') await import(specifier);
  else require(specifier);
}
const ms = performance.now() - from;
const loaded = Object.keys(require.cache).filter((file) => !before.has(file));
const files: Record<string, number> = {};
for (const file of loaded) {
  const name = packageOf(file);
  files[name] = (files[name] ?? 0) + 1;
}
console.log(JSON.stringify({ ms, files } satisfies Import));

function packageOf(file: string): string {
  const parts = file.split(`${sep}node_modules${sep}`);
  if (parts.length === 1) return 'nestjs-sqs-tasks';
  const [scope = '', name = ''] = (parts.at(-1) ?? '').split(sep);
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
