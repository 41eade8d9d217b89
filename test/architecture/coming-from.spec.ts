import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { brokenReferencesIn } from './shown-by.js';

const folder = 'docs/coming-from';
const pages = ['sqs-workers', 'sqspipes', 'sqstaskmaster', 'squids', 'zc-sqs'];

describe('docs/coming-from', () => {
  test('has one page for each library', () => {
    expect(readdirSync(folder).toSorted()).toEqual(pages.map((page) => `${page}.md`));
  });

  test.each(pages)('%s: every row names the test or the sample that shows it', (page) => {
    const text = readFileSync(`${folder}/${page}.md`, 'utf8');

    expect(brokenReferencesIn(text, repository)).toEqual([]);
  });

  test('a row without evidence, with a missing file or a missing test is found', () => {
    const files: Record<string, string> = { 'test/a.spec.ts': "test('keeps order', …" };
    const readFile = (path: string) => files[path];

    expect(brokenReferencesIn(row('`test/a.spec.ts` › keeps order'), readFile)).toEqual([]);
    expect(brokenReferencesIn(row('`test/a.spec.ts`'), readFile)).toEqual([]);
    expect(brokenReferencesIn(row('`test/a.spec.ts` › loses order'), readFile)).toHaveLength(1);
    expect(brokenReferencesIn(row('`test/b.spec.ts`'), readFile)).toHaveLength(1);
    expect(brokenReferencesIn(row('see above'), readFile)).toHaveLength(1);
    expect(brokenReferencesIn('No table at all.', readFile)).toHaveLength(1);
  });
});

function row(shownBy: string): string {
  return `| there | here | shown by |\n| --- | --- | --- |\n| x | y | ${shownBy} |`;
}

/** A file's text, a folder's name; undefined for what does not exist. */
function repository(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return path.endsWith('.ts') ? readFileSync(path, 'utf8') : path;
}
