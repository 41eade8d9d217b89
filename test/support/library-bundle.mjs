/**
 * The library as one file, for the child processes of tests: hundreds of files, each through the loader, cost a child
 * two seconds of processor time on Node 20.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/** Beside the packages that it imports. */
const home = resolve('node_modules/.cache/nestjs-sqs-tasks-tests');
/** What runs when it is imported; by the names under which the library looks for them beside itself. */
const programs = {
  bin: 'lib/features/cli/bin.ts',
  member: 'lib/features/isolation/member/entry.ts',
};
/** Of the packages those that are part of the build as well. */
const bundled = /^(devalue|leven|zod)(\/|$)/;

/** The helpers of decorators by the names under which the bundler asks for them. */
const decoratorHelpers = {
  name: 'decorator-helpers',
  resolveId: (id) => (id.startsWith('@oxc-project/runtime/helpers/') ? `\0${id}` : undefined),
  load(id) {
    const [, helper] = /^\0@oxc-project\/runtime\/helpers\/(\w+)$/.exec(id) ?? [];
    if (helper === undefined) return undefined;
    const name = {
      decorate: '__decorate',
      decorateMetadata: '__metadata',
      decorateParam: '__param',
    }[helper];
    return `export { ${name} as default } from 'tslib';`;
  },
};

/** Bundles what tests import of lib/, unless it is there. Answers the folder; its manifest names the files by URL. */
export async function bundleLibrary() {
  const sources = filesBelow('lib').filter((file) => file.endsWith('.ts'));
  const entries = [...new Set(['test', 'sample'].flatMap(importsOfLibrary))]
    .filter(existsSync)
    .toSorted();
  const folder = join(home, keyOf([...sources, ...entries, fileURLToPath(import.meta.url)]));
  if (existsSync(folder)) return folder;
  removeOld();
  const draft = join(home, `draft-${process.pid}`);
  await write(draft, entries);
  renameSync(draft, folder);
  return folder;
}

/** A run of the tests that goes on meanwhile may still read what was bundled for it. */
function removeOld() {
  if (!existsSync(home)) return;
  const oldest = Date.now() - 24 * 60 * 60_000;
  for (const name of readdirSync(home)) {
    const folder = join(home, name);
    if (statSync(folder).mtimeMs < oldest) rmSync(folder, { recursive: true, force: true });
  }
}

async function write(folder, entries) {
  const input = { ...programs };
  entries.forEach((file, index) => (input[`entry-${index}`] = file));
  const isProgram = (id) =>
    Object.values(programs).some((file) => id.replaceAll('\\', '/').endsWith(file));
  const memberParts = importedBy(resolve(programs.member));
  const build = await rolldown({
    input,
    platform: 'node',
    external: (id) =>
      /^[^./\0]/.test(id) && !bundled.test(id) && !/^(lib\/|@oxc-project\/runtime\/)/.test(id),
    plugins: [decoratorHelpers],
  });
  await build.write({
    dir: folder,
    format: 'esm',
    keepNames: true,
    sourcemap: 'inline',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [
        // A member starts with what it needs, and not with all of the library and its packages.
        { name: 'member-parts', priority: 1, test: (id) => memberParts.has(resolve(id)) },
        { name: 'library', test: (id) => !isProgram(id) },
      ],
    },
  });
  await build.close();
  const files = Object.entries(input).map(([name, file]) => [
    pathToFileURL(file).href,
    `${name}.js`,
  ]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(Object.fromEntries(files)));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}

/** What a source imports when it is loaded, and what that imports; the source itself is not among them. */
function importedBy(source, found = new Set()) {
  const imports = /^(?:import|export) (?!type )[^;]*?from '(\.[^']+)\.js'/gm;
  for (const [, path] of readFileSync(source, 'utf8').matchAll(imports)) {
    const file = resolve(dirname(source), `${path}.ts`);
    if (found.has(file)) continue;
    found.add(file);
    importedBy(file, found);
  }
  return found;
}

function importsOfLibrary(folder) {
  return filesBelow(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/from '(?:\.\.\/)+(lib\/[^']+)\.js'/g)].map(
        ([, path]) => `${path}.ts`,
      ),
    );
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function keyOf(files) {
  const hash = createHash('sha256').update(process.version.split('.')[0]);
  for (const file of files) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 20);
}
