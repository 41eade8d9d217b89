import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-step.mjs';

// The specs of the Nest layer and the pages' snippets once more, in a copy of the project that has Nest 11 in the place of 12: the
// newest, or the version that is named, as in `npm run check:nest11 -- 11.1.3`.
const [version = '11'] = process.argv.slice(2);
const parts = ['common', 'core', 'microservices', 'platform-express', 'testing'];
const sources = [
  'lib',
  'test',
  'sample',
  'docs',
  'bench',
  'README.md',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
  '.npmrc',
];
const cwd = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));

try {
  for (const source of sources) cpSync(source, join(cwd, source), { recursive: true });
  await runCommand('npm', ['ci'], { cwd, timeoutMs: 300_000 });
  const nest11 = parts.map((part) => `@nestjs/${part}@${version}`);
  await runCommand('npm', ['install', '--no-save', '--legacy-peer-deps', ...nest11], { cwd });
  // These are counted once already, on Nest 12.
  const env = { TEST_TOTALS_FILE: join(cwd, 'totals') };
  const specs = ['test/nest', 'test/testing', 'test/docs/snippets.spec.ts'];
  const { stdout } = await runCommand('npx', ['vitest', 'run', ...specs], {
    cwd,
    env,
    timeoutMs: 600_000,
  });
  console.log(
    stdout
      .split('\n')
      .filter((line) => /Test Files|Tests/.test(line))
      .join('\n'),
  );
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
