import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-step.mjs';

const handled = 'handled send_email to ada@example.org from emails';
/** Optional packages that Nest asks for behind a try, and that bundlers would otherwise miss. */
const optionalOfNest = [
  '@nestjs/websockets/socket-module',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  'class-validator',
  'class-transformer',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  'kafkajs',
  'mqtt',
  'nats',
  '@nats-io/transport-node',
  'ioredis',
  'amqplib',
  'amqp-connection-manager',
  'undici',
  'tinypool',
];

/** One check each: resolves where it holds. */
export const steps = {
  types,
  run,
  cli,
  nodeTest,
  vitest,
  jest,
  nestBuild,
  webpack,
  esbuild,
  pool,
  bundledPool,
  mixed,
  resolution,
};

/** Compiles all of it without `skipLibCheck`: the declarations of every package that is reached are checked too. */
async function types({ project, cwd }, compiler, module) {
  // What Nest's and the SDK's own declarations need.
  const settings = {
    nodenext: { module: 'nodenext' },
    node16: { module: 'node16', moduleResolution: 'node16' },
    bundler: { module: 'esnext', moduleResolution: 'bundler' },
    commonjs: { module: 'commonjs', moduleResolution: 'node10' },
  }[module];
  const exclude = module === 'commonjs' || project.type !== 'module' ? ['src/mixed.ts'] : [];
  writeConfig(
    cwd,
    `tsconfig.${module}.json`,
    { ...settings, noEmit: true, skipLibCheck: false },
    exclude,
  );
  await node(cwd, [tsc(compiler), '-p', `tsconfig.${module}.json`]);
}

async function run(context) {
  await compiled(context);
  await says(context.cwd, ['dist/main.js'], handled, 'drained');
}

async function cli(context) {
  await compiled(context);
  const bin = 'node_modules/.bin/nestjs-sqs';
  const help = await runCommand(bin, ['--help'], { cwd: context.cwd });
  if (!help.stdout.includes('nestjs-sqs [options] [command]')) throw new Error(help.stdout);
  const work = [
    'work',
    '--app',
    'dist/app.module.js:AppModule',
    '--queue',
    'emails',
    '--max-tasks',
    '1',
  ];
  const { stdout } = await runCommand(bin, work, { cwd: context.cwd, env: { SEND: 'yes' } });
  if (!stdout.includes('Ended: 1 succeeded.')) throw new Error(stdout);
}

async function nodeTest(context) {
  await compiled(context);
  await says(context.cwd, ['--test', 'dist/app.node-test.js'], /^(#|ℹ) pass 1$/m);
}

async function pool(context) {
  await compiled(context);
  await says(context.cwd, ['dist/pool.js'], 'drained');
}

async function mixed(context) {
  await compiled(context);
  await says(
    context.cwd,
    ['dist/mixed.js'],
    'injected across: true',
    'differing: none - missing: none',
  );
}

async function vitest({ cwd }) {
  const config = `export default { oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } }, test: { globals: true, include: ['src/*.spec.ts'] } };\n`;
  writeFileSync(join(cwd, 'vitest.config.mjs'), config);
  writeConfig(cwd, 'tsconfig.json', { module: 'nodenext' });
  await says(cwd, ['node_modules/vitest/vitest.mjs', 'run'], /Tests .*1 passed/);
}

/** Without any word about our package. */
async function jest({ cwd }, transformer) {
  const swc = {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  };
  const transform = transformer === 'ts-jest' ? 'ts-jest' : ['@swc/jest', swc];
  const config = {
    testRegex: 'src/.*\\.spec\\.ts$',
    transform: { '^.+\\.ts$': transform },
    testEnvironment: 'node',
  };
  writeFileSync(join(cwd, 'jest.config.json'), JSON.stringify(config));
  writeConfig(cwd, 'tsconfig.json', {
    module: 'commonjs',
    moduleResolution: 'node10',
    ignoreDeprecations: '6.0',
  });
  const { stderr } = await node(cwd, [
    'node_modules/jest/bin/jest.js',
    '--config',
    'jest.config.json',
    '--ci',
  ]);
  if (!/Tests: +1 passed/.test(stderr)) throw new Error(stderr);
}

async function nestBuild(context, builder) {
  const { cwd } = context;
  writeNestConfig(context, { builder });
  await node(cwd, ['node_modules/@nestjs/cli/bin/nest.js', 'build']);
  await says(cwd, ['dist/main.js'], handled, 'drained');
}

/** `externals`: as Nest does it, packages stay outside. `all`: one file with everything in it, as for Lambda. */
async function webpack(context, how) {
  const { cwd } = context;
  writeNestConfig(context, { builder: 'webpack' });
  const ignore = `new (require('webpack').IgnorePlugin)({ checkResource: (id) => ${JSON.stringify(optionalOfNest)}.some((name) => id === name || id.startsWith(name + '/')) })`;
  const all = `module.exports = (options) => ({ ...options, externals: [], plugins: [...options.plugins, ${ignore}] });\n`;
  writeFileSync(
    join(cwd, 'webpack.config.cjs'),
    how === 'all' ? all : 'module.exports = (options) => options;\n',
  );
  await node(cwd, [
    'node_modules/@nestjs/cli/bin/nest.js',
    'build',
    '--webpack',
    '--webpackPath',
    'webpack.config.cjs',
  ]);
  await says(cwd, ['dist/main.js'], handled, 'drained');
}

async function esbuild(context, format) {
  const outfile = await bundledByEsbuild(context, 'main', format);
  await says(context.cwd, [outfile], handled, 'drained');
}

async function bundledPool(context) {
  const outfile = await bundledByEsbuild(context, 'pool', 'cjs', ['tinypool']);
  const { stderr } = await runCommand(process.execPath, [outfile], { cwd: context.cwd }).catch(
    (error) => ({ stderr: error.message }),
  );
  if (!stderr.includes('Keep nestjs-sqs-tasks out of the bundle')) throw new Error(stderr);
}

async function bundledByEsbuild(context, entry, format) {
  const { cwd } = context;
  await compiled(context);
  const outfile = `bundle/${entry}.${format === 'esm' ? 'mjs' : 'cjs'}`;
  const banner =
    "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";
  await runCommand(
    'node_modules/.bin/esbuild',
    [
      `dist/${entry}.js`,
      '--bundle',
      '--platform=node',
      '--keep-names',
      `--format=${format}`,
      `--outfile=${outfile}`,
      '--log-level=error',
      ...optionalOfNest.map((name) => `--external:${name}`),
      ...(format === 'esm' ? [`--banner:js=${banner}`] : []),
    ],
    { cwd },
  );
  return outfile;
}

/** What the package says of itself, as two other tools read it. */
async function resolution({ cwd }) {
  const folder = 'node_modules/nestjs-sqs-tasks';
  await runCommand('npm', ['pack', '--ignore-scripts', '--pack-destination', '.', `./${folder}`], {
    cwd,
  });
  const { version } = JSON.parse(
    (
      await runCommand('npm', ['pkg', 'get', 'version', '--json', '--prefix', folder], { cwd })
    ).stdout.replace(/^"?(.*?)"?$/m, '{"version":"$1"}'),
  );
  await runCommand('node_modules/.bin/attw', [`nestjs-sqs-tasks-${version}.tgz`], { cwd });
  await runCommand('node_modules/.bin/publint', ['--strict', folder], { cwd });
}

const done = new Set();

/** Compiled once by TypeScript, into dist/. */
async function compiled({ project, cwd }) {
  if (done.has(cwd)) return;
  rmSync(join(cwd, 'dist'), { recursive: true, force: true });
  const exclude = ['src/app.spec.ts', ...(project.type === 'module' ? [] : ['src/mixed.ts'])];
  const module = project.type === 'module' || usesNest12(project) ? 'nodenext' : 'commonjs';
  const settings = module === 'nodenext' ? { module } : { module, moduleResolution: 'node10' };
  writeConfig(cwd, 'tsconfig.build.json', { ...settings, skipLibCheck: true }, exclude);
  await node(cwd, [tsc('typescript-5'), '-p', 'tsconfig.build.json']);
  done.add(cwd);
}

function usesNest12({ dependencies }) {
  return dependencies['@nestjs/core'].includes('12.');
}

function writeNestConfig({ project, cwd }, compilerOptions) {
  done.delete(cwd);
  const isModule = project.type === 'module';
  // With a root folder, Nest's SWC builder writes to dist/src.
  const root = compilerOptions.builder === 'swc' ? { rootDir: undefined } : {};
  writeConfig(
    cwd,
    'tsconfig.json',
    isModule || usesNest12(project)
      ? { ...root, module: 'nodenext' }
      : { ...root, module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
    ['src/app.spec.ts', 'src/mixed.ts'],
  );
  const swc = {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: isModule ? 'es6' : 'commonjs' },
    exclude: ['mixed', 'spec'],
  };
  writeFileSync(join(cwd, '.swcrc'), JSON.stringify(swc));
  const nestConfig = {
    sourceRoot: 'src',
    compilerOptions: { ...compilerOptions, deleteOutDir: true, tsConfigPath: 'tsconfig.json' },
  };
  writeFileSync(join(cwd, 'nest-cli.json'), JSON.stringify(nestConfig));
}

function writeConfig(cwd, file, options, exclude = []) {
  const compilerOptions = {
    target: 'es2022',
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
    strict: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    ...options,
  };
  writeFileSync(join(cwd, file), JSON.stringify({ compilerOptions, include: ['src'], exclude }));
}

function tsc(name) {
  return `node_modules/${name}/bin/tsc`;
}

function node(cwd, args) {
  return runCommand(process.execPath, args, { cwd, timeoutMs: 180_000 });
}

async function says(cwd, args, ...expected) {
  const { stdout, stderr } = await node(cwd, args);
  for (const each of expected) {
    const isSaid = typeof each === 'string' ? stdout.includes(each) : each.test(stdout);
    if (!isSaid) throw new Error(`it never said ${each}:\n${stdout}${stderr}`);
  }
}
