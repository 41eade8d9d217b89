import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-step.mjs';

// The lean path beside the lowest and the newest SDK that users may have: each is installed into an empty project, and
// the side-by-side table runs with it.
const sdk = '@aws-sdk/client-sqs';
const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const range = peerDependencies[sdk];
const specs = ['test/side-by-side', 'test/unit/queue-client/wire'];

const workplace = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
try {
  for (const version of [range.replace('^', ''), range]) await check(version);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

async function check(version) {
  const cwd = mkdtempSync(join(workplace, 'sdk-'));
  const manifest = { name: 'sdk-check', private: true, dependencies: { [sdk]: version } };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest));
  await runCommand('npm', ['install', '--no-audit', '--no-fund'], { cwd, timeoutMs: 300_000 });
  const folder = join(cwd, 'node_modules', sdk);
  const installed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  // Its tests are not counted among those of the whole run.
  const env = {
    SDK_ENTRY: join(folder, 'dist-cjs/index.js'),
    TEST_TOTALS_FILE: undefined,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
  const command = ['--no-install', 'vitest', 'run', ...specs];
  const { stdout } = await runCommand('npx', command, { env, timeoutMs: 300_000 });
  const passed = /Tests\s+(\d+) passed/.exec(stdout)?.[1];
  console.log(`ok     SDK ${installed}: ${passed} side-by-side and contract tests passed`);
}
