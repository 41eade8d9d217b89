import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// The specs that do less in `npm test`, at full size.
const specs = readdirSync('test', { recursive: true })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('support'))
  .filter((file) => readFileSync(join('test', file), 'utf8').includes('support/scale.js'))
  .map((file) => (file.startsWith('model') ? 'test/model' : join('test', file)));
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...new Set(specs), ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, TEST_FULL: '1' } },
);
process.exitCode = status ?? 1;
