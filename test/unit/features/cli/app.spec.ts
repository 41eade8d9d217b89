import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { findApp } from '../../../../lib/features/cli/app/app-reference.js';
import { appTarget } from '../../../../lib/features/cli/app/app-target.js';
import { loadApp } from '../../../../lib/features/cli/app/load-app.js';

describe('an app', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = realpathSync(mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-')));
    mkdirSync(join(cwd, 'dist'));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  const file = (name: string, text = '') => writeFileSync(join(cwd, name), text);

  test.each([
    ['dist/app.module.js:AppModule', 'dist/app.module.js', ['AppModule']],
    ['./dist/app.module.js', 'dist/app.module.js', []],
    ['dist/app.module:AppModule', 'dist/app.module.js', ['AppModule']],
    ['dist/app.module.AppModule', 'dist/app.module.js', ['AppModule']],
    ['main.app', 'main.js', ['app']],
    ['main:app.worker', 'main.js', ['app', 'worker']],
    ['dist.tasks.app', 'dist/tasks.mjs', ['app']],
  ])('is found by %s', (reference, path, exportPath) => {
    for (const name of ['dist/app.module.js', 'main.js', 'dist/tasks.mjs']) file(name);

    expect(findApp(reference, cwd)).toEqual({ file: join(cwd, path), exportPath });
  });

  test('that is not there is named as it was written', () => {
    expect(() => findApp('dist/none.js:App', cwd)).toThrow(
      'There is no app "dist/none.js:App": the file "dist/none.js"',
    );
  });

  test.each([
    ['app.mjs', 'export const a = 1; export const b = { c: 2 };', 'b.c', 2],
    ['app.cjs', 'module.exports = { b: { c: 3 } };', 'b.c', 3],
    ['app.cjs', 'const all = { d: 4 }; module.exports = all;', 'd', 4],
  ])('%s is loaded, ESM or CommonJS', async (name, text, path, value) => {
    file(name, text);

    expect(await loadApp(`${name}:${path}`, cwd)).toBe(value);
  });

  test('without an export named is the default one, AppModule, or the only one', async () => {
    file('default.mjs', 'export const a = 1; export default 2;');
    file('named.mjs', 'export const a = 1; export const AppModule = 3;');
    file('only.mjs', 'export const a = 4;');
    file('many.mjs', 'export const a = 1; export const b = 2;');

    expect(await loadApp('default.mjs', cwd)).toBe(2);
    expect(await loadApp('named.mjs', cwd)).toBe(3);
    expect(await loadApp('only.mjs', cwd)).toBe(4);
    await expect(loadApp('many.mjs', cwd)).rejects.toThrow('It exports "a", "b"');
  });

  test('that cannot be loaded says why', async () => {
    file('throws.mjs', 'throw new Error("no configuration\\nmore");');
    file('imports.mjs', 'import "./missing.mjs";');
    file('app.ts', '@decorated() class A {}');

    await expect(loadApp('throws.mjs', cwd)).rejects.toThrow(
      'The app file "throws.mjs" could not be loaded: no configuration',
    );
    await expect(loadApp('imports.mjs', cwd)).rejects.toThrow(
      /could not be loaded: .*missing\.mjs/,
    );
    await expect(loadApp('app.ts:A', cwd)).rejects.toThrow(
      '"app.ts" is TypeScript, which Node cannot run as it stands. Compile it',
    );
  });
});

describe('appTarget', () => {
  class Plain {
    readonly isModule = true;
  }
  const app = { get: () => undefined, close: async () => {} };

  test.each([
    ['a module class', Plain, { kind: 'module', module: Plain }],
    ['a dynamic module', { module: Plain }, { kind: 'module', module: { module: Plain } }],
    ['an app', app, { kind: 'app', app }],
    ['a promise of an app', Promise.resolve(app), { kind: 'app', app }],
    ['a factory of a module', () => Plain, { kind: 'module', module: Plain }],
    ['an async factory of an app', async () => app, { kind: 'app', app }],
  ])('takes %s', async (_what, exported, target) => {
    expect(await appTarget('a.js', exported, {})).toEqual(target);
  });

  test('tells a module that was compiled to a function by what @Module() left', async () => {
    Module({ providers: [] })(Compiled);

    expect(await appTarget('a.js', Compiled, {})).toEqual({ kind: 'module', module: Compiled });
  });

  test('gives a factory the worker’s options', async () => {
    const seen: unknown[] = [];
    const factory = (options: unknown) => (seen.push(options), Plain);
    await appTarget('a.js', factory, { scale: '2' });

    expect(seen).toEqual([{ scale: '2' }]);
  });
});

/** A class, as compilers for old targets write it. */
function Compiled() {}
