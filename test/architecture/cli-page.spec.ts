import { readFile, writeFile } from 'node:fs/promises';
import { importsOf } from './source-files.js';
import { cliTables, withTables } from './cli-page.js';

const page = new URL('../../docs/reference/cli.md', import.meta.url);

describe('docs/reference/cli.md', () => {
  test('has the commands, flags and exit codes of the code; UPDATE_DOCS=1 rewrites them', async () => {
    const written = await readFile(page, 'utf8');
    const rendered = withTables(written, cliTables());
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(page, rendered);
    expect(await readFile(page, 'utf8')).toBe(rendered);
  });

  test('a page without a place for a table is found', () => {
    expect(() => withTables('# page', { work: '' })).toThrow('no place for "work"');
  });
});

describe('lib/index.ts', () => {
  test('loads none of the command’s libraries', () => {
    const loaded = importedFrom('lib/index.ts');

    expect(loaded.files.has('lib/features/cli/cli.feature.ts')).toBe(true);
    expect([...loaded.packages]).toEqual(expect.arrayContaining(['@nestjs/common', 'zod']));
    for (const name of ['commander', 'yaml', 'cli-progress'])
      expect(loaded.packages).not.toContain(name);
  });
});

function importedFrom(start: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set([start]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const { target, specifier } of importsOf(file)) {
      if (target === undefined) packages.add(specifier);
      else files.add(target);
    }
  }
  return { files, packages };
}
