import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { renderOptionsPage, undescribedOptions } from './options-table.js';

const page = new URL('../../docs/reference/options.md', import.meta.url);

describe('docs/reference/options.md', () => {
  test('says what the option schemas say; UPDATE_DOCS=1 rewrites it', async () => {
    const rendered = renderOptionsPage();
    if (process.env['UPDATE_DOCS'] === '1') {
      await mkdir(new URL('.', page), { recursive: true });
      await writeFile(page, rendered);
    }
    expect(await readFile(page, 'utf8')).toBe(rendered);
  });

  test('describes every option', () => {
    expect(undescribedOptions()).toEqual([]);
  });
});
