import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildIfStale, compile } from './build-if-stale.mjs';
import { runCommand } from './run-step.mjs';

// Runs every sample and compares what it says with its expected-output.txt. `--write` accepts what it says now.
buildIfStale();
compile('sample/tsconfig.sample.json');
const names = readdirSync('sample').filter((name) => existsSync(`sample/${name}/main.ts`));
const failures = [];
for (const name of names) {
  const problem = await problemWith(name);
  console.log(`${problem === undefined ? 'ok    ' : 'FAILED'} ${name}`);
  if (problem !== undefined) failures.push(`${name}: ${problem}`);
}
for (const failure of failures) console.log(failure);
console.log(`${names.length - failures.length} samples passed, ${failures.length} failed`);
process.exit(failures.length === 0 && names.length > 0 ? 0 : 1);

async function problemWith(name) {
  try {
    const { stdout } = await runCommand(process.execPath, [`dist-sample/${name}/main.js`]);
    const said = normalised(stdout);
    const expected = expectedOf(name, said);
    return said === expected ? undefined : `expected\n${expected}\nbut it said\n${said}`;
  } catch (error) {
    return error.message;
  }
}

function expectedOf(name, said) {
  const file = `sample/${name}/expected-output.txt`;
  if (process.argv.includes('--write')) writeFileSync(file, `${said}\n`);
  return readFileSync(file, 'utf8').trimEnd();
}

/**
 * Ids, ports and durations differ from run to run; so does the order between processes, but not within one: lines
 * are gathered by the `[name]` they start with.
 */
function normalised(output) {
  const lines = output
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replaceAll(/\b\d+(\.\d+)? ?ms\b/g, '<n> ms')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  return lines
    .map((line, index) => ({ line, index, speaker: speakerOf(line) }))
    .toSorted((a, b) => a.speaker.localeCompare(b.speaker) || a.index - b.index)
    .map(({ line }) => line)
    .join('\n');
}

function speakerOf(line) {
  return /^\[[\w.-]+\]/.exec(line)?.[0] ?? '';
}
