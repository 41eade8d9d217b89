import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the library into dist/ unless dist/ is newer than everything it is built from. */
export function buildIfStale() {
  const built = 'dist/index.js';
  if (existsSync(built) && statSync(built).mtimeMs > newestOf('lib')) return;
  run(process.execPath, ['scripts/build.mjs']);
}

/** Compiles the TypeScript project of a folder, for example sample/. */
export function compile(project) {
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project]);
}

function newestOf(folder) {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(...times);
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
