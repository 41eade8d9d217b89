import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { packInto } from './pack-package.mjs';
import { projects } from './projects/projects.mjs';
import { steps } from './projects/steps.mjs';
import { runCommand } from './run-step.mjs';

// Packs the library and uses it in small projects of strangers: versions of Nest and TypeScript, module systems, builders,
// bundlers and test runners. Prints a matrix and holds it against test/projects/matrix.txt: exits non-zero where a check
// fails, and where one that was there is gone.
//   node scripts/check-projects.mjs            what CI runs: the projects that are marked so
//   node scripts/check-projects.mjs --all      all of them
//   node scripts/check-projects.mjs nest-11    those whose names begin so
//   node scripts/check-projects.mjs --write    writes what every project has to pass, and runs none
const matrixFile = 'test/projects/matrix.txt';
const wanted = process.argv.slice(2);
if (wanted.includes('--write')) {
  writeFileSync(matrixFile, matrixOf(projects));
  process.exit();
}
const chosen = projects.filter(({ name, isQuick }) => {
  if (wanted.length === 0) return isQuick;
  return wanted.includes('--all') || wanted.some((word) => name.startsWith(word));
});
if (chosen.length === 0) throw new Error(`No project is named ${wanted.join(', ')}.`);

const workplace = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-projects-'));
const rows = [];
const failures = [];
try {
  const { tarball, size, unpackedSize, entryCount } = await packInto(workplace);
  console.log(
    `packed ${kilobytes(size)}, unpacked ${kilobytes(unpackedSize)}, ${entryCount} files`,
  );
  for (const project of chosen) await checkProject(project, tarball);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}
for (const { project, check, error } of failures) {
  console.error(`\n${project}, ${check}:\n${String(error.message).slice(-4_000)}`);
}
console.log(`\nNode ${process.version}\n${matrixOf(chosen, rows)}`);
const missing = missingRows();
for (const row of missing) console.error(`Not checked, though ${matrixFile} names it: ${row}`);
console.log(`${rows.length - failures.length} passed, ${failures.length + missing.length} failed`);
process.exitCode = failures.length + missing.length === 0 ? 0 : 1;

/** A block for each project, a line for each check: what came of it, or else that it has to pass. */
function matrixOf(some, results = []) {
  const blocks = some.map(({ name, checks }) => {
    const lines = ['install', ...checks.map(wordsOf)].map((check) => {
      const row = results.find((one) => one.project === name && one.check === check);
      return `  ${row === undefined || row.isPassed ? 'ok    ' : 'FAILED'} ${check}\n`;
    });
    return `${name}\n${lines.join('')}`;
  });
  return blocks.join('');
}

function missingRows() {
  const blocks = readFileSync(matrixFile, 'utf8').split(/^(?=\S)/m);
  return blocks.flatMap((block) => {
    const [name, ...lines] = block.trimEnd().split('\n');
    if (!chosen.some((project) => project.name === name)) return [];
    const checks = lines.map((line) => line.trim().replace(/^ok +/, ''));
    const isThere = (check) => rows.some((row) => row.project === name && row.check === check);
    return checks.filter((check) => !isThere(check)).map((check) => `${name}: ${check}`);
  });
}

function wordsOf(check) {
  return typeof check === 'string' ? check : check.join(' ');
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1_000)} kB`;
}

async function checkProject(project, tarball) {
  const cwd = join(workplace, project.name);
  if (!(await tried(project.name, 'install', () => install(project, cwd, tarball)))) return;
  for (const check of project.checks) {
    const [step, ...args] = typeof check === 'string' ? [check] : check;
    await tried(project.name, wordsOf(check), () => steps[step]({ project, cwd }, ...args));
  }
}

/** Answers whether it passed. */
async function tried(project, check, run) {
  const started = Date.now();
  const row = { project, check, isPassed: false };
  rows.push(row);
  try {
    await run();
    row.isPassed = true;
    console.log(
      `ok     ${project.padEnd(22)} ${check} (${Math.round((Date.now() - started) / 1_000)} s)`,
    );
    return true;
  } catch (error) {
    failures.push({ project, check, error });
    console.log(`FAILED ${project.padEnd(22)} ${check}`);
    return false;
  }
}

async function install({ type, dependencies, manager = 'npm', isLinked = false }, cwd, tarball) {
  const source = resolve('test/projects/src');
  mkdirSync(join(cwd, 'src'), { recursive: true });
  for (const file of readdirSync(source))
    writeFileSync(join(cwd, 'src', file), sourceFor(type, join(source, file)));
  writeFileSync(join(cwd, 'double.cjs'), 'module.exports = (value) => value * 2;\n');
  const library = isLinked ? await unpackedPackage(cwd, tarball) : `file:${tarball}`;
  const manifest = {
    name: basename(cwd),
    private: true,
    ...(type === 'module' && { type }),
    ...(isLinked && { workspaces: ['packages/*'] }),
    dependencies: { ...dependencies, 'nestjs-sqs-tasks': library },
  };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest, undefined, 2));
  const options = { cwd, timeoutMs: 400_000 };
  if (manager === 'npm') return runCommand('npm', ['install', '--no-audit', '--no-fund'], options);
  // What an `npx` around this one was told is not for it.
  const env = { npm_config_call: undefined, npm_config_package: undefined };
  const args = ['-y', manager, 'install', '--config.strict-dep-builds=false'];
  return runCommand('npx', args, { ...options, env });
}

/** CommonJS projects write their imports without endings. */
function sourceFor(type, file) {
  const text = readFileSync(file, 'utf8');
  return type === 'module' ? text : text.replaceAll(/(from '\.[^']*)\.js'/g, "$1'");
}

/** As a package of the same workspace: a link in node_modules. */
async function unpackedPackage(cwd, tarball) {
  const packages = join(cwd, 'packages');
  mkdirSync(packages, { recursive: true });
  await runCommand('tar', ['-xzf', tarball, '-C', packages]);
  cpSync(join(packages, 'package'), join(packages, 'nestjs-sqs-tasks'), { recursive: true });
  rmSync(join(packages, 'package'), { recursive: true });
  // Of a package in a workspace npm installs what it is developed with, too: another Nest.
  const manifest = join(packages, 'nestjs-sqs-tasks', 'package.json');
  const { devDependencies: _, ...published } = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, JSON.stringify(published, undefined, 2));
  return '*';
}
