import { spawnSync } from 'node:child_process';
import { buildIfStale, compile } from './build-if-stale.mjs';

// Compiled like a user's program: the library under test is the built package.
buildIfStale();
compile('bench/tsconfig.json');
const { status } = spawnSync(process.execPath, ['dist-bench/run.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
});
process.exit(status ?? 1);
