import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from '../../support/ledger.js';
import { Children } from '../../support/process.js';

const fixture = new URL('./fixtures/decorated-child.ts', import.meta.url);

// The first child of a machine transpiles what it runs.
describe('Children', { timeout: 60_000 }, () => {
  const children = new Children();
  let folder = '';
  let ledger: Ledger;

  function start() {
    return children.start(fixture, { env: { FIXTURE_HOME: 'here' }, args: [ledger.path] });
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'children-'));
    ledger = new Ledger(join(folder, 'ledger'));
  });

  afterEach(async () => {
    await children.stopAll();
    await rm(folder, { recursive: true });
  });

  test('run TypeScript with the metadata of decorators, and speak by lines', async () => {
    const child = start();
    expect(await child.line(/^needs/)).toBe('needs Dependency');
    expect(await child.line(/^entries/)).toBe('entries 10, home here');
    await child.line(/ready/);
    child.tell('one');
    expect(await child.line(/^done/)).toBe('done one');
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(ledger.read().missing(['one'])).toEqual([]);
  });

  test('leave what they wrote when they are killed', async () => {
    const child = start();
    await child.line(/ready/);
    child.kill('SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(ledger.read().unfinished()).toEqual(['one']);
  });

  test('reject a line that can no longer come, with what was written instead', async () => {
    const child = start();
    const never = child.line(/never written/);
    child.tell('one');
    await expect(never).rejects.toThrow(/No line matched .*code 3[^]*about to fail/);
  });

  test('are ended together', async () => {
    const child = start();
    await child.line(/ready/);
    await children.stopAll();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
