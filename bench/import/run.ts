import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../median.js';
import { atMost, printVerdicts, type Verdict } from '../verdicts.js';
import type { Import } from './one.js';

/**
 * What importing the library costs an app that has loaded Nest and the SDK, beside what `@nestjs/bullmq` and `bullmq`
 * cost it; in turns, each in a fresh process.
 */
const ROUNDS = 10;
const MAX_MS = 60;
const MAX_FILES = 12;

const OURS = 'nestjs-sqs-tasks';
const NEIGHBOURS = '@nestjs/bullmq + bullmq';
const contenders: Record<string, readonly string[]> = {
  [OURS]: ['import', 'nestjs-sqs-tasks'],
  [`${OURS}, required`]: ['require', 'nestjs-sqs-tasks'],
  [`${OURS}/testing`]: ['import', 'nestjs-sqs-tasks/testing'],
  [NEIGHBOURS]: ['import', '@nestjs/bullmq', 'bullmq'],
};
/** Beside Nest and the SDK, which were there before: an app loads nothing of these until it uses what needs them. */
const ONLY_WHEN_USED = [
  'yaml',
  'commander',
  'cli-progress',
  'tinypool',
  'undici',
  'class-validator',
];

const program = fileURLToPath(new URL('one.js', import.meta.url));
const imports = Object.fromEntries(
  Object.keys(contenders).map((name): [string, Import[]] => [name, []]),
);
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, args] of Object.entries(contenders)) imports[name]?.push(importOnce(args));
}
console.table(
  Object.fromEntries(Object.entries(imports).map(([name, runs]) => [name, rowOf(runs)])),
);
process.exitCode = printVerdicts(verdicts(imports[OURS] ?? [])) ? 0 : 1;

function importOnce(args: readonly string[]): Import {
  const printed = execFileSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return JSON.parse(printed) as Import;
}

function rowOf(runs: readonly Import[]) {
  const files = runs[0]?.files ?? {};
  return {
    'median ms': Math.round(median(runs.map(({ ms }) => ms))),
    'fastest ms': Math.round(Math.min(...runs.map(({ ms }) => ms))),
    files: Object.values(files).reduce((sum, count) => sum + count, 0),
  };
}

function verdicts(runs: readonly Import[]): Verdict[] {
  const files = runs[0]?.files ?? {};
  const tooEarly = ONLY_WHEN_USED.filter((name) => name in files);
  return [
    atMost('median import', median(runs.map(({ ms }) => ms)), MAX_MS, ' ms'),
    // The facade, which is an ES module, is one more.
    atMost('files of ours', (files[OURS] ?? NaN) + 1, MAX_FILES),
    {
      held: tooEarly.length === 0,
      text: `loaded before it is used: ${tooEarly.join() || 'nothing'}`,
    },
  ];
}
