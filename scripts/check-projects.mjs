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
// bundlers and test runners. Prints a matrix, and exits non-zero where a check fails.
//   node scripts/check-projects.mjs            what CI runs: the projects that are marked so
//   node scripts/check-projects.mjs --all      all of them
//   node scripts/check-projects.mjs nest-11    those whose names begin so
const wanted = process.argv.slice(2);
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
console.log(`\n${rows.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function kilobytes(bytes) {
  return `${Math.round(bytes / 1_000)} kB`;
}

async function checkProject(project, tarball) {
  const cwd = join(workplace, project.name);
  await tried(project.name, 'install', () => install(project, cwd, tarball));
  for (const check of project.checks) {
    const [step, ...args] = typeof check === 'string' ? [check] : check;
    await tried(project.name, [step, ...args].join(' '), () =>
      steps[step]({ project, cwd }, ...args),
    );
  }
}

async function tried(project, check, run) {
  const started = Date.now();
  rows.push([project, check]);
  try {
    await run();
    console.log(
      `ok     ${project.padEnd(22)} ${check} (${Math.round((Date.now() - started) / 1_000)} s)`,
    );
  } catch (error) {
    failures.push({ project, check, error });
    console.log(`FAILED ${project.padEnd(22)} ${check}`);
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
  return runCommand('npx', ['-y', manager, 'install', '--config.strict-dep-builds=false'], options);
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
  return '*';
}
