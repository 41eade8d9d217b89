import { Children } from '../support/process.js';

const worker = new URL('./fixtures/slow-worker.ts', import.meta.url);

// The first child of a machine transpiles what it runs.
describe('a worker process', { timeout: 60_000 }, () => {
  const children = new Children();
  afterEach(() => children.stopAll());

  test('finishes its task at SIGTERM, and only then destroys what the task uses', async () => {
    const child = children.start(worker, { env: { HANDLER: 'finishes' } });
    await child.line(/^running$/);
    child.kill('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    const lines = ['finished', 'destroyed', 'ended: drained SIGTERM', 'listeners: 0'];
    expect(child.lines.filter((line) => lines.includes(line))).toEqual(lines);
  });

  test('exits with the code of the second signal where a task hangs', async () => {
    const child = children.start(worker, { env: { HANDLER: 'hangs' } });
    await child.line(/^running$/);
    child.kill('SIGTERM');
    await child.line(/^asked to stop$/);
    child.kill('SIGINT');
    expect(await child.exited).toEqual({ code: 130, signal: null });
    expect(child.lines).toContain('aborted');
    expect(child.lines).not.toContain('finished');
  });
});
