import { spawnSync } from 'node:child_process';

// Ten thousand random runs unless MODEL_RUNS says otherwise; MODEL_SEED and MODEL_PATH repeat what failed.
const { status } = spawnSync('npx', ['--no-install', 'vitest', 'run', 'test/model'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, MODEL_RUNS: process.env.MODEL_RUNS ?? '10000' },
});
process.exit(status ?? 1);
