import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packInto } from './pack-package.mjs';
import { runCommand } from './run-step.mjs';

// Packs the library, installs it into empty projects as a user would, and lets each send and handle one task, and
// test one.
const { devDependencies: own, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const sdk = '@aws-sdk/client-sqs';
const lowestSdk = peerDependencies[sdk].replace('^', '');
const projects = [
  // Nest 12 as it is developed with: its packages are not released in step.
  { name: 'Nest 12, ESM', nest: undefined, type: 'module', sdkVersion: own[sdk] },
  { name: 'Nest 11, CommonJS', nest: '^11.1.3', type: 'commonjs', sdkVersion: lowestSdk },
];
const MAX_PACKED_BYTES = 900_000;
const programs = [
  {
    file: 'app',
    says: [
      'handled send_email to ada@example.org from emails',
      "printed the report of Ada, in the worker's thread: false",
      'drained',
    ],
  },
  { file: 'testing', says: ['tested send_email to ada@example.org', 'closed'] },
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

const hereInCommonJs =
  "import { pathToFileURL } from 'node:url';\nexport const here = pathToFileURL(__filename).href;\n";

const workplace = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
try {
  const packed = await packInto(workplace);
  const { tarball } = packed;
  checkContents(packed);
  for (const project of projects) {
    await check(project, tarball);
    const { name, sdkVersion } = project;
    console.log(
      `ok     ${name}, SDK ${sdkVersion}: installed, compiled, sent, handled and tested a task, with nestjs-sqs too`,
    );
  }
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

/** No larger than it has to be, and no map, nor a comment that names one. */
function checkContents({ size, unpackedSize, files }) {
  const maps = files.filter(({ path }) => path.endsWith('.map') || namesMap(path));
  if (maps.length > 0) throw new Error(`packed with maps: ${maps.map(({ path }) => path).join()}`);
  if (size > MAX_PACKED_BYTES) throw new Error(`packed ${size} bytes, over ${MAX_PACKED_BYTES}`);
  const [packed, unpacked] = [size, unpackedSize].map((bytes) => `${Math.round(bytes / 1_000)} kB`);
  console.log(`ok     packed ${packed}, unpacked ${unpacked}, ${files.length} files, no maps`);
}

function namesMap(path) {
  return /\.[cm]?[jt]s$/.test(path) && readFileSync(path, 'utf8').includes('sourceMappingURL=');
}

async function check(project, tarball) {
  const cwd = mkdtempSync(join(workplace, 'app-'));
  writeJson(cwd, 'package.json', manifestOf(project, tarball));
  writeJson(cwd, 'tsconfig.json', tsconfig);
  for (const file of readdirSync('test/package'))
    copyFileSync(`test/package/${file}`, join(cwd, file));
  if (project.type === 'commonjs') writeFileSync(join(cwd, 'here.ts'), hereInCommonJs);
  await runCommand('npm', ['install', '--no-audit', '--no-fund'], { cwd, timeoutMs: 300_000 });
  await runCommand(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', cwd]);
  for (const program of programs) await runProgram(program, project, cwd);
  await checkCommand(project, cwd);
}

async function runProgram({ file, says }, { name }, cwd) {
  const run = [`dist/${file}.js`];
  const { stdout } = await runCommand(process.execPath, run, { cwd, timeoutMs: 60_000 });
  for (const line of says) {
    if (!stdout.includes(line))
      throw new Error(`${file} of ${name} never said "${line}":\n${stdout}`);
  }
}

/** The command, as it is installed: its help, and the same app's worker. */
async function checkCommand({ name }, cwd) {
  const run = (...args) => runCommand('npx', ['--no-install', 'nestjs-sqs', ...args], { cwd });
  const help = await run('--help');
  const app = 'dist/app.js:AppModule';
  const work = await run('work', '--app', app, '--queue', 'emails', '--max-tasks', '2');
  const said = help.stdout + work.stdout;
  for (const line of [
    'nestjs-sqs [options] [command]',
    'queue emails: report, send_email',
    'Ended: 2 succeeded.',
  ]) {
    if (!said.includes(line)) throw new Error(`${name}: nestjs-sqs never said "${line}":\n${said}`);
  }
}

function manifestOf({ nest, type, sdkVersion }, tarball) {
  const nestPackages = ['common', 'core', 'microservices', 'testing'].map((name) => [
    `@nestjs/${name}`,
    nest ?? own[`@nestjs/${name}`],
  ]);
  const others = ['@types/node', 'reflect-metadata', 'rxjs', 'tinypool'];
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
