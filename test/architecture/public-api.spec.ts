import { exportsOf } from './exports-of.js';

describe('Public API', () => {
  // A wanted change is approved with: npx vitest run test/architecture/public-api.spec.ts -u
  test('exports what public-api.txt lists, nothing more and nothing less', async () => {
    const list = exportsOf('lib/index.ts')
      .map((line) => `${line}\n`)
      .join('');

    await expect(list).toMatchFileSnapshot('public-api.txt');
  });

  test('the testing kit exports what testing-api.txt lists, nothing more and nothing less', async () => {
    const list = exportsOf('lib/testing/index.ts')
      .map((line) => `${line}\n`)
      .join('');

    await expect(list).toMatchFileSnapshot('testing-api.txt');
  });

  test.each(['lib/index.ts', 'lib/testing/index.ts'])('%s exports every name once', (entry) => {
    const names = exportsOf(entry).map((line) => line.slice(line.indexOf(' ') + 1));
    const repeated = names.filter((name, index) => names.indexOf(name) !== index);

    expect(repeated).toEqual([]);
  });
});
