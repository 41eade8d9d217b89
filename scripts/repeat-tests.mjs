import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

// `npm test` several times in a row, for tests that fail now and then: `npm run test:repeat -- --runs 20 --node 22 --busy 4`.
// The last run has as many processes beside it as `--busy` says, each of which keeps a core busy. Every run draws its own
// seeds and prints them; what it wrote is kept in the temporary folder. Exits non-zero where any run failed.
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    node: { type: 'string' },
    busy: { type: 'string', default: '0' },
  },
});
const runs = countOf('runs', 1);
const busy = countOf('busy', 0);
const folder = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-repeat-'));
console.log(`${runs} runs on Node ${values.node ?? process.version}; their output is in ${folder}`);

let failures = 0;
for (let run = 1; run <= runs; run++) {
  const isBusy = run === runs && busy > 0;
  const ends = isBusy ? Array.from({ length: busy }, startBusy) : [];
  const result = await testOnce(run);
  for (const end of ends) end();
  if (!result.isGreen) failures++;
  const beside = isBusy ? `, beside ${busy} busy processes` : '';
  console.log(`run ${run}${beside}: ${result.totals}, ${result.seconds} s, seeds ${result.seeds}`);
}
console.log(`${runs - failures} runs passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

async function testOnce(run) {
  const log = join(folder, `run-${run}.log`);
  const totalsFile = join(folder, `run-${run}.totals`);
  const startedAt = performance.now();
  const code = await npmTest(log, totalsFile);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const [passed = 0, failed = 0] = existsSync(totalsFile)
    ? readFileSync(totalsFile, 'utf8').trim().split(' ').map(Number)
    : [];
  const seeds = [...new Set(readFileSync(log, 'utf8').match(/(?<=\bseed |_SEED=)\d+/gi))];
  return {
    isGreen: code === 0 && passed > 0 && failed === 0,
    totals: `${passed} passed, ${failed} failed`,
    seconds,
    seeds: seeds.join(' '),
  };
}

function npmTest(log, totalsFile) {
  const version = values.node;
  const [command, args] =
    version === undefined
      ? ['npm', ['test']]
      : ['npx', ['-y', '-p', `node@${version}`, '-c', 'npm test']];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TEST_TOTALS_FILE: totalsFile },
    shell: process.platform === 'win32',
  });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => file.end(() => resolve(code)));
  });
}

/** For an hour at most, whatever becomes of this script. */
function startBusy() {
  const loop = 'const end = Date.now() + 3_600_000; while (Date.now() < end);';
  const child = spawn(process.execPath, ['-e', loop], { stdio: 'ignore' });
  return () => child.kill();
}

function countOf(name, lowest) {
  const count = Number(values[name]);
  if (Number.isInteger(count) && count >= lowest) return count;
  console.error(`Expected --${name} to be an integer from ${lowest} on, got "${values[name]}"`);
  process.exit(2);
}
