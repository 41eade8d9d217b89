import { spawnSync } from 'node:child_process';
import { buildIfStale, compile } from './build-if-stale.mjs';

// Compiled like a user's program: the library under test is the built package.
buildIfStale();
compile('bench/tsconfig.bench.json');
// Both tables, whatever the first says; the options are the first one's.
const codes = [runProgram('run.js', process.argv.slice(2)), runProgram('producing/run.js', [])];
process.exit(Math.max(...codes));

function runProgram(program, options) {
  const { status } = spawnSync(process.execPath, [`dist-bench/${program}`, ...options], {
    stdio: 'inherit',
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  return status ?? 1;
}
