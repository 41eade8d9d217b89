import { Children } from '../../support/process.js';

const fixture = new URL('./fixtures/last-lines.ts', import.meta.url);

describe('exitProcess', () => {
  const children = new Children();
  afterEach(() => children.stopAll());

  test('leaves the last lines of a logger that writes asynchronously in their order', async () => {
    const child = children.start(fixture, { env: { UV_THREADPOOL_SIZE: '1' } });

    expect(await child.exited).toEqual({ code: 3, signal: null });
    const said = child.lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(said).toEqual(['first', 'second', 'last']);
  });
});
