import { startChild } from '../support/child.js';

const worker = 'test/nest/fixtures/slow-worker.ts';

describe('a worker process', () => {
  test('finishes its task at SIGTERM, and only then destroys what the task uses', async () => {
    const child = startChild(worker, { HANDLER: 'finishes' });
    await child.printed('running');
    child.kill('SIGTERM');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    const lines = ['finished', 'destroyed', 'ended: drained SIGTERM', 'listeners: 0'];
    expect(child.lines.filter((line) => lines.includes(line))).toEqual(lines);
  });

  test('exits with the code of the second signal where a task hangs', async () => {
    const child = startChild(worker, { HANDLER: 'hangs' });
    await child.printed('running');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await child.ended).toEqual({ code: 130, signal: null });
    expect(child.lines).toContain('aborted');
    expect(child.lines).not.toContain('finished');
  });
});
