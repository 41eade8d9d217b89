import { spawnSync } from 'node:child_process';

// Ten thousand random runs unless MODEL_RUNS says otherwise; with --wire they go over HTTP by the default gateway, and
// are two thousand. MODEL_SEED and MODEL_PATH repeat what failed.
const isWire = process.argv.includes('--wire');
const runs = process.env.MODEL_RUNS ?? (isWire ? '2000' : '10000');
const env = isWire ? { MODEL_WIRE_RUNS: runs } : { MODEL_RUNS: runs, MODEL_WIRE_RUNS: '4' };
const specs = isWire ? 'test/model/wire.spec.ts' : 'test/model';
const { status } = spawnSync('npx', ['--no-install', 'vitest', 'run', specs], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, ...env },
});
process.exit(status ?? 1);
