import { spawnSync } from 'node:child_process';
import { buildIfStale, compile } from './build-if-stale.mjs';

/** Runs one benchmark program against the built package, with the garbage collector at hand. */
export function runBench(program) {
  buildIfStale();
  compile('bench/tsconfig.bench.json');
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', `dist-bench/${program}`, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    },
  );
  process.exit(status ?? 1);
}
