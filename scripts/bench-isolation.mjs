import { spawnSync } from 'node:child_process';
import { buildIfStale, compile } from './build-if-stale.mjs';

// All programs, or those named: `-- overhead limits burn`. BURN_SECONDS (60) is how long the last one burns, twice.
buildIfStale();
compile('bench/tsconfig.bench.json');
const named = process.argv.slice(2);
const programs = named.length === 0 ? ['overhead', 'limits', 'burn'] : named;
const codes = programs.map((program) => {
  const { status } = spawnSync(process.execPath, [`dist-bench/isolation/${program}.js`], {
    stdio: 'inherit',
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  return status ?? 1;
});
process.exit(Math.max(...codes));
