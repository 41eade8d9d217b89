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

    expect(await loadApp('default.mjs', cwd)).toBe(2);
    expect(await loadApp('named.mjs', cwd)).toBe(3);
    expect(await loadApp('only.mjs', cwd)).toBe(4);
  });

  test.each([
    ['scaled.mjs', 'export class M {} export const scaled_addr = 1;'],
    ['first.mjs', 'export const scaled_addr = 1; export class M {}'],
    ['scaled.cjs', 'exports.M = class {}; exports.scaled_addr = 1;'],
    ['made.cjs', 'module.exports = Object.assign({}, { M: class {}, scaled_addr: 1 });'],
  ])(
    'without an export named and none to be taken, %s is told with what is there',
    async (name, text) => {
      file(name, text);

      await expect(loadApp(`./${name}`, cwd)).rejects.toThrow(
        new RegExp(
          `^"${name}" has no default export and no "AppModule". It exports ` +
            `("M", "scaled_addr"|"scaled_addr", "M"). Name the app: --app ${name}:M.$`,
        ),
      );
    },
  );

  test('a file that exports nothing is told so', async () => {
    file('main.cjs', 'start(); function start() {}');
    file('main.mjs', 'start(); function start() {}');

    for (const name of ['main.cjs', 'main.mjs'])
      await expect(loadApp(name, cwd)).rejects.toThrow(
        `"${name}" has no default export and no "AppModule". It exports nothing.`,
      );
  });

  const many = Array.from({ length: 200 }, (_, i) => `exports.part${i} = ${i};`).join('\n');

  test('an export that is misspelt is told with the one that was meant, however many there are', async () => {
    file('bundle.cjs', `${many}\nexports.AppModule = class {};`);

    expect(await loadApp('bundle.cjs:AppModule', cwd)).toBeTypeOf('function');
    await expect(loadApp('bundle.cjs:AppModul', cwd)).rejects.toThrow(
      '"bundle.cjs" has no export "AppModul"; did you mean AppModule? It has 201 exports.',
    );
    await expect(loadApp('bundle.cjs:Worker', cwd)).rejects.toThrow(
      /^"bundle.cjs" has no export "Worker". It has 201 exports, such as ("part\d+", ){4}"part\d+".$/,
    );
  });

  test('what a bundle exports by a promise is found', async () => {
    file('bundle.cjs', 'module.exports = Promise.resolve({ AppModule: 5, other: 6 });');
    file('broken.cjs', 'module.exports = Promise.reject(new Error("no database"));');

    expect(await loadApp('bundle.cjs:AppModule', cwd)).toBe(5);
    expect(await loadApp('bundle.cjs', cwd)).toBe(5);
    await expect(loadApp('broken.cjs:AppModule', cwd)).rejects.toThrow(
      'The app file "broken.cjs" could not be loaded: no database',
    );
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
