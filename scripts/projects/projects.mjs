import { readFileSync } from 'node:fs';

const { devDependencies: own, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const lowestSdk = peerDependencies['@aws-sdk/client-sqs'].replace('^', '');

/** Each package by itself, as npm gives it: Nest's packages are not released in step. */
function nest(versions) {
  const { common, rest = common } = versions;
  return {
    '@nestjs/common': common,
    '@nestjs/core': common,
    '@nestjs/microservices': rest,
    '@nestjs/testing': rest,
    'reflect-metadata': own['reflect-metadata'],
    rxjs: own.rxjs,
    '@types/node': own['@types/node'],
    tinypool: own.tinypool,
    '@aws-sdk/client-sqs': versions.sdk ?? own['@aws-sdk/client-sqs'],
  };
}

const typescripts = {
  'typescript-5': 'npm:typescript@5.9.3',
  'typescript-6': 'npm:typescript@6.0.3',
  'typescript-7': 'npm:typescript@7.0.2',
  typescript: '6.0.3',
};
const nestCli11 = {
  '@nestjs/cli': '^11',
  '@nestjs/schematics': '^11',
  '@swc/cli': '0.8.1',
  '@swc/core': '1.16.22',
};
const nestCli12 = {
  '@nestjs/cli': own['@nestjs/cli'],
  '@nestjs/schematics': own['@nestjs/schematics'],
  '@swc/cli': '0.8.1',
  '@swc/core': '1.16.22',
};
const jest30 = {
  jest: '30.5.2',
  'ts-jest': '29.4.15',
  '@swc/jest': '0.2.39',
  '@swc/core': '1.16.22',
};
const jest29 = { ...jest30, jest: '29.7.0' };

/** What Nest's CLI of 12 asks for; that of 11 brings most of it. */
const webpackParts = {
  webpack: '5.113.0',
  'ts-loader': '9.6.2',
  'webpack-node-externals': '3.0.0',
  'tsconfig-paths-webpack-plugin': '4.2.0',
  'fork-ts-checker-webpack-plugin': '9.2.0',
};

/** 12.0.0 is not whole: its core asks for common 11, and there is no microservices. */
const lowest12 = { common: '12.0.1', sdk: lowestSdk };
/** Nest's newest, each of its packages as the registry gives it today. */
const newest12 = { common: '12.5.1', rest: '12.1.1' };
const newest11 = { common: '^11.1.3' };
const lowest11 = { common: '11.1.3', sdk: lowestSdk };

/** What a project is made of, and the checks it has to pass; `isQuick`: CI runs it. */
export const projects = [
  {
    name: 'nest-12-esm',
    isQuick: true,
    type: 'module',
    dependencies: {
      ...nest(newest12),
      ...typescripts,
      ...nestCli12,
      vitest: own.vitest,
      esbuild: '0.28.2',
      '@arethetypeswrong/cli': '0.18.5',
      publint: own.publint,
    },
    checks: [
      ['types', 'typescript-5', 'nodenext'],
      ['types', 'typescript-6', 'nodenext'],
      ['types', 'typescript-7', 'nodenext'],
      ['types', 'typescript-6', 'bundler'],
      ['types', 'typescript-7', 'bundler'],
      'run',
      'cli',
      'nodeTest',
      'vitest',
      'pool',
      'mixed',
      'resolution',
      ['esbuild', 'esm'],
      ['nestBuild', 'swc'],
    ],
  },
  {
    name: 'nest-11-commonjs',
    isQuick: true,
    type: 'commonjs',
    dependencies: {
      ...nest(newest11),
      ...typescripts,
      ...nestCli11,
      ...jest30,
      webpack: '5.113.0',
      'ts-loader': '9.6.2',
      esbuild: '0.28.2',
    },
    checks: [
      ['types', 'typescript-5', 'commonjs'],
      ['types', 'typescript-5', 'node16'],
      ['types', 'typescript-6', 'node16'],
      ['types', 'typescript-6', 'bundler'],
      ['types', 'typescript-7', 'nodenext'],
      'run',
      'cli',
      'nodeTest',
      'pool',
      ['jest', 'ts-jest'],
      ['jest', '@swc/jest'],
      ['nestBuild', 'tsc'],
      ['nestBuild', 'swc'],
      ['webpack', 'externals'],
      ['webpack', 'all'],
      ['esbuild', 'cjs'],
      'bundledPool',
    ],
  },
  {
    name: 'nest-12-lowest',
    type: 'module',
    dependencies: { ...nest(lowest12), ...typescripts, vitest: own.vitest },
    checks: [
      ['types', 'typescript-6', 'nodenext'],
      'run',
      'cli',
      'nodeTest',
      'vitest',
      'pool',
      'mixed',
    ],
  },
  {
    name: 'nest-11-lowest',
    type: 'commonjs',
    dependencies: { ...nest(lowest11), ...typescripts, ...jest29 },
    checks: [
      ['types', 'typescript-5', 'commonjs'],
      ['types', 'typescript-5', 'node16'],
      'run',
      'cli',
      'nodeTest',
      'pool',
      ['jest', 'ts-jest'],
      ['jest', '@swc/jest'],
    ],
  },
  {
    name: 'nest-11-esm',
    type: 'module',
    dependencies: { ...nest(newest11), ...typescripts, vitest: own.vitest, esbuild: '0.28.2' },
    checks: [
      ['types', 'typescript-5', 'node16'],
      ['types', 'typescript-6', 'nodenext'],
      'run',
      'cli',
      'nodeTest',
      'vitest',
      'mixed',
      ['esbuild', 'esm'],
      ['esbuild', 'cjs'],
    ],
  },
  {
    name: 'nest-12-commonjs',
    type: 'commonjs',
    dependencies: {
      ...nest(newest12),
      ...typescripts,
      ...nestCli12,
      ...webpackParts,
      esbuild: '0.28.2',
    },
    checks: [
      ['types', 'typescript-6', 'nodenext'],
      ['types', 'typescript-7', 'nodenext'],
      'run',
      'cli',
      'nodeTest',
      ['webpack', 'externals'],
      ['webpack', 'all'],
      ['esbuild', 'cjs'],
    ],
  },
  {
    name: 'pnpm',
    type: 'module',
    manager: 'pnpm@10',
    dependencies: { ...nest(newest12), ...typescripts },
    checks: [['types', 'typescript-6', 'nodenext'], 'run', 'cli', 'nodeTest', 'pool'],
  },
  {
    name: 'linked-workspace',
    type: 'commonjs',
    isLinked: true,
    dependencies: { ...nest(newest11), ...typescripts, ...jest30 },
    checks: [
      ['types', 'typescript-5', 'node16'],
      'run',
      'cli',
      'nodeTest',
      'pool',
      ['jest', 'ts-jest'],
    ],
  },
];
