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
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { compile } from './build-if-stale.mjs';
import { packInto } from './pack-package.mjs';
import { runCommand } from './run-step.mjs';

// The specs of sample/10-testing, which `npm test` runs under Vitest, against the built package under two other runners:
// under Jest as most projects have it, on Nest 11 in CommonJS and without any settings, and under Node's own in ES modules.
const samples = 'sample/10-testing';

console.log(`jest:      ${await underJest()}`);
console.log(`node:test: ${await underNode()}`);

async function underJest() {
  const project = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      cpSync(join('test/jest', file), join(project, file));
    }
    await runCommand('npm', ['ci'], { cwd: project, timeoutMs: 300_000 });
    await installPackage(project);
    asCommonJs(join(project, 'specs'));
    const jest = join(project, 'node_modules/jest/bin/jest.js');
    // Where a handle or a timer stayed open Jest would not end, and the time limit would.
    const { stderr } = await runCommand(process.execPath, [jest, '--ci', '--rootDir', project], {
      cwd: project,
      timeoutMs: 180_000,
    });
    return totalOf(stderr, /^Tests: .*$/m);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

async function underNode() {
  compile('sample/tsconfig.sample.json');
  const spec = resolve('dist-sample/10-testing/node.test.js');
  const { stdout } = await runCommand(process.execPath, ['--test', spec]);
  return totalOf(stdout, /^(#|ℹ) pass [1-9]\d*$/m);
}

/** As users get it: a link would find the packages of this repository. */
async function installPackage(project) {
  const { tarball } = await packInto(project);
  const flags = ['--no-save', '--legacy-peer-deps'];
  await runCommand('npm', ['install', ...flags, tarball], { cwd: project });
}

function asCommonJs(folder) {
  mkdirSync(folder);
  for (const file of readdirSync(samples)) {
    const { outputText } = ts.transpileModule(readFileSync(join(samples, file), 'utf8'), {
      fileName: file,
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        esModuleInterop: true,
      },
    });
    if (file !== 'node.test.ts') writeFileSync(join(folder, file.replace(/ts$/, 'js')), outputText);
  }
}

function totalOf(output, pattern) {
  const [line] = pattern.exec(output) ?? [];
  if (line === undefined) throw new Error(`no test ran:\n${output}`);
  return line;
}
