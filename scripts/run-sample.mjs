import { spawnSync } from 'node:child_process';
import { buildIfStale, compile } from './build-if-stale.mjs';

// node scripts/run-sample.mjs 01-hello-task
const [name, ...args] = process.argv.slice(2);
buildIfStale();
compile('sample/tsconfig.sample.json');
const { status } = spawnSync(process.execPath, [`dist-sample/${name}/main.js`, ...args], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
