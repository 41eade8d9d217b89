import { exportsOf } from './exports-of.js';

describe('Public API', () => {
  // A wanted change is approved with: npx vitest run test/architecture/public-api.spec.ts -u
  test('exports what public-api.txt lists, nothing more and nothing less', async () => {
    const list = exportsOf('lib/index.ts')
      .map((line) => `${line}\n`)
      .join('');

    await expect(list).toMatchFileSnapshot('public-api.txt');
  });

  test('exports every name once', () => {
    const names = exportsOf('lib/index.ts').map((line) => line.slice(line.indexOf(' ') + 1));
    const repeated = names.filter((name, index) => names.indexOf(name) !== index);

    expect(repeated).toEqual([]);
  });
});
