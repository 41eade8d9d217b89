import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from './run-step.mjs';

// Packs the library, installs it into empty projects as a user would, and lets each send and handle one task.
const { devDependencies: own, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const sdk = '@aws-sdk/client-sqs';
const lowestSdk = peerDependencies[sdk].replace('^', '');
const projects = [
  { name: 'Nest 12, ESM', nest: own['@nestjs/core'], type: 'module', sdkVersion: own[sdk] },
  { name: 'Nest 11, CommonJS', nest: '^11.1.3', type: 'commonjs', sdkVersion: lowestSdk },
];
const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    module: 'nodenext',
    types: ['node'],
    rootDir: '.',
    outDir: 'dist',
    strict: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
  },
  include: ['*.ts'],
};

const workplace = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
try {
  const tarball = await pack();
  for (const project of projects) {
    await check(project, tarball);
    const { name, sdkVersion } = project;
    console.log(
      `ok     ${name}, SDK ${sdkVersion}: installed, compiled, sent and handled a task, by itself and by nestjs-sqs`,
    );
  }
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

async function pack() {
  const { stdout } = await runCommand('npm', ['pack', '--json', '--pack-destination', workplace]);
  // Building speaks too, before the answer.
  const [{ filename }] = JSON.parse(stdout.slice(stdout.search(/^\[$/m)));
  return join(workplace, filename);
}

async function check(project, tarball) {
  const cwd = mkdtempSync(join(workplace, 'app-'));
  writeJson(cwd, 'package.json', manifestOf(project, tarball));
  writeJson(cwd, 'tsconfig.json', tsconfig);
  copyFileSync('test/package/app.ts', join(cwd, 'app.ts'));
  await runCommand('npm', ['install', '--no-audit', '--no-fund'], { cwd, timeoutMs: 300_000 });
  await runCommand(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', cwd]);
  const { stdout } = await runCommand(process.execPath, ['dist/app.js'], {
    cwd,
    timeoutMs: 60_000,
  });
  for (const line of ['handled send_email to ada@example.org from emails', 'drained']) {
    if (!stdout.includes(line)) throw new Error(`${project.name} never said "${line}":\n${stdout}`);
  }
  await checkCommand(project, cwd);
}

/** The command, as it is installed: its help, and the same app's worker. */
async function checkCommand({ name }, cwd) {
  const run = (...args) => runCommand('npx', ['--no-install', 'nestjs-sqs', ...args], { cwd });
  const help = await run('--help');
  const app = 'dist/app.js:AppModule';
  const work = await run('work', '--app', app, '--queue', 'emails', '--max-tasks', '1');
  const said = help.stdout + work.stdout;
  for (const line of [
    'nestjs-sqs [options] [command]',
    'queue emails: send_email',
    'Ended: 1 succeeded.',
  ]) {
    if (!said.includes(line)) throw new Error(`${name}: nestjs-sqs never said "${line}":\n${said}`);
  }
}

function manifestOf({ nest, type, sdkVersion }, tarball) {
  const nestPackages = ['common', 'core', 'microservices'].map((name) => [`@nestjs/${name}`, nest]);
  const others = ['@types/node', 'fauxqs', 'reflect-metadata', 'rxjs'];
  return {
    name: 'package-check',
    private: true,
    type,
    dependencies: {
      ...Object.fromEntries([...nestPackages, ...others.map((name) => [name, own[name]])]),
      [sdk]: sdkVersion,
      'nestjs-sqs-tasks': `file:${tarball}`,
    },
  };
}

function writeJson(folder, file, content) {
  writeFileSync(join(folder, file), JSON.stringify(content, undefined, 2));
}
