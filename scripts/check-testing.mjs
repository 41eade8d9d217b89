import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildIfStale, compile } from './build-if-stale.mjs';
import { runCommand } from './run-step.mjs';

// The specs of sample/10-testing, which `npm test` runs under Vitest, under Jest and under Node's own runner: compiled,
// against the built package, as the tests of an ES module project are.
buildIfStale();
compile('sample/tsconfig.sample.json');
const specs = resolve('dist-sample/10-testing');
const jest = resolve('test/jest/node_modules/jest/bin/jest.js');
if (!existsSync(jest)) await runCommand('npm', ['ci'], { cwd: 'test/jest', timeoutMs: 300_000 });

const config = { rootDir: specs, testMatch: ['**/*.spec.js'], transform: {}, cache: false };
const workplace = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
try {
  const configFile = join(workplace, 'jest.config.json');
  writeFileSync(configFile, JSON.stringify(config));
  // Where a handle or a timer stayed open Jest would not end, and the time limit would.
  const run = ['--experimental-vm-modules', jest, '--config', configFile, '--ci'];
  const { stderr } = await runCommand(process.execPath, run, { timeoutMs: 180_000 });
  console.log(`jest:      ${totalOf(stderr, /^Tests: .*$/m)}`);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}
const { stdout } = await runCommand(process.execPath, ['--test', join(specs, 'node.test.js')]);
console.log(`node:test: ${totalOf(stdout, /^(#|ℹ) pass [1-9]\d*$/m)}`);

function totalOf(output, pattern) {
  const [line] = pattern.exec(output) ?? [];
  if (line === undefined) throw new Error(`no test ran:\n${output}`);
  return line;
}
