import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { runCommand } from './run-step.mjs';

// Builds dist/: one CommonJS implementation in a few files, an ES module facade in front of it, and declarations for
// both. docs/decisions/0010-one-package.md says why.
const dist = resolve('dist');
const compiled = join(dist, 'compiled');
const types = join(dist, 'types');

/** What apps import: the name in `exports` and the file below lib/. */
const entries = { index: 'index', testing: 'testing/index' };
/** What Node starts: the command, and a member of a pool of isolated tasks. */
const programs = {
  bin: 'features/cli/bin',
  member: 'features/isolation/member/entry',
  memory: 'queue-client/memory/http/index',
};
/** ES modules without a CommonJS build, and what is faster as a part of ours than as a hundred files of its own. */
const bundled = ['devalue', 'leven', 'zod'];

rmSync(dist, { recursive: true, force: true });
await runCommand(
  process.execPath,
  [
    'node_modules/typescript/bin/tsc',
    '-p',
    'lib/tsconfig.lib.json',
    '--outDir',
    compiled,
    '--declarationDir',
    types,
  ],
  { timeoutMs: 300_000 },
);
await bundle();
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
for (const [name, source] of Object.entries(entries)) {
  writeFacade(name);
  writeDeclarations(name, source);
}
pruneDeclarations();
writeLicences();
chmodSync(join(dist, 'bin.js'), 0o755);
rmSync(compiled, { recursive: true });

async function bundle() {
  const core = reachedFrom(join(compiled, `${entries.index}.js`));
  const memberParts = reachedFrom(join(compiled, `${programs.member}.js`));
  const input = Object.fromEntries(
    Object.entries({ ...entries, ...programs }).map(([name, source]) => [
      name,
      join(compiled, `${source}.js`),
    ]),
  );
  const build = await rolldown({ input, platform: 'node', external: isExternal });
  await build.write({
    dir: dist,
    format: 'cjs',
    exports: 'named',
    // Nest prints and compares names of classes.
    keepNames: true,
    // The sources and the declarations have them; here every start of an app would read past them.
    comments: { legal: true, annotation: false, jsdoc: false },
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [
        // A member starts with what it needs, and not with all of the library and Nest.
        { name: 'member-parts', test: (id) => memberParts.has(id), minShareCount: 2, priority: 3 },
        { name: 'core', test: (id) => core.has(id) || isBundled(id), priority: 2 },
        { name: 'memory-core', test: isMemory, priority: 1 },
        // The command, and what the testing kit has of it.
        { name: 'cli', test: isCommand, minShareCount: 2 },
      ],
    },
  });
  await build.close();
}

/** What an app loads when it imports the library: a file of `lib/` and all that it imports, but for what it loads when used. */
function reachedFrom(file, reached = new Set()) {
  if (reached.has(file)) return reached;
  reached.add(file);
  const imports = /^(?:import|export) (?:[^;]*? from )?['"](\.[^'"]+)['"]/gm;
  for (const [, path] of readFileSync(file, 'utf8').matchAll(imports)) {
    reachedFrom(join(dirname(file), path), reached);
  }
  return reached;
}

/** Apps on AWS do not load the memory service. */
function isMemory(id) {
  return id.replaceAll('\\', '/').includes('/queue-client/memory/');
}

function isCommand(id) {
  return id.replaceAll('\\', '/').includes('/features/cli/');
}

function isExternal(id) {
  if (/^[./]/.test(id)) return false;
  return !bundled.some((name) => id === name || id.startsWith(`${name}/`));
}

function isBundled(id) {
  return bundled.some((name) => id.replaceAll('\\', '/').includes(`/node_modules/${name}/`));
}

/** Each export by name, since Node cannot see the names of a bundled CommonJS file. */
function writeFacade(name) {
  const names = Object.keys(createRequire(import.meta.url)(join(dist, `${name}.js`)));
  const lines = names.map((each) => `export const ${each} = lib.${each};\n`);
  writeFileSync(join(dist, `${name}.mjs`), `import lib from './${name}.js';\n${lines.join('')}`);
}

function writeDeclarations(name, source) {
  writeFileSync(join(dist, `${name}.d.ts`), `export * from './types/${source}.js';\n`);
  writeFileSync(join(dist, `${name}.d.mts`), `export * from './${name}.js';\n`);
}

/** Leaves the declarations that the entries reach. */
function pruneDeclarations() {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g)) {
      visit(join(dirname(file), `${path}.d.ts`));
    }
  };
  for (const source of Object.values(entries)) visit(join(types, `${source}.d.ts`));
  for (const file of filesOf(types)) if (!reached.has(file)) rmSync(file);
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The licences of what became part of our files. */
function writeLicences() {
  const text = bundled.map((name) => {
    const folder = join('node_modules', name);
    const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8').trim()}\n`;
  });
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), text.join(`\n${'-'.repeat(80)}\n\n`));
}
