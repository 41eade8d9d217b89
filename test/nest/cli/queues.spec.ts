import type { CliHost } from '../../../lib/features/cli/host.js';
import { jsonText } from '../../../lib/features/cli/queues/json-text.js';
import * as actions from '../../../lib/features/cli/queues/queues-actions.js';
import type { QueuesAction } from '../../../lib/features/cli/queues/queues-actions.js';
import { closeApps } from '../support/memory-app.js';
import {
  deadLetterAll,
  fill,
  numbered,
  operationsApp,
  whileTimePasses,
} from '../support/operations-app.js';
import type { OperationsApp } from '../support/operations-app.js';
import { fakeHost } from '../../unit/features/cli/support/fake-host.js';

afterEach(closeApps);

describe('nestjs-sqs queues', () => {
  test('creates, lists and deletes', async () => {
    const { run } = await setup();
    const created = await run(actions.createQueues, ['emails'], {
      deadLetter: 'emails-dead',
      maxReceiveCount: 3,
    });
    await run(actions.createQueues, ['emails']);
    const listed = await run(actions.listQueues, ['emails-']);
    await run(actions.deleteQueues, ['emails-dead'], { yes: true });

    expect(created.lines).toEqual([expect.stringMatching(/^Created emails: /)]);
    expect(listed.json).toMatchObject([{ name: 'emails-dead', isFifo: false }]);
    expect(listed.lines[0]).toMatch(/^NAME +TYPE +URL$/);
    expect((await run(actions.listQueues)).json).toMatchObject([{ name: 'emails' }]);
  });

  test('deletes all behind a prefix only', async () => {
    const { run, app } = await setup({ queuePrefix: 'mine-' });
    await app.gateway.createQueue('theirs');
    await run(actions.createQueues, ['a', 'b']);
    const { lines } = await run(actions.deleteQueues, [], { all: true, yes: true });

    expect(lines).toEqual(['Deleted a.', 'Deleted b.']);
    expect(await app.gateway.getQueueUrl('theirs')).toContain('theirs');
  });

  test('purges, drains and counts', async () => {
    const { run, app } = await setup();
    await run(actions.createQueues, ['jobs']);
    await fill(app, 'jobs', numbered(25));
    const stats = await run(actions.statsOfQueues, ['jobs']);
    const drained = await run(actions.drainQueue, ['jobs'], { yes: true, wait: 0 });
    await fill(app, 'jobs', numbered(3));
    await run(actions.purgeQueues, ['jobs'], { yes: true });

    expect(stats.json).toMatchObject([{ name: 'jobs', messageCount: 25 }]);
    expect(drained.lines).toEqual(['Deleted 25 messages of jobs.']);
    expect(app.service.messages('jobs')).toEqual([]);
  });

  test('peeks, and says what the look cost', async () => {
    const { run, app } = await setup();
    await run(actions.createQueues, ['jobs']);
    await fill(app, 'jobs', [JSON.stringify({ pattern: 'work', data: 1 })]);
    const { lines, warnings } = await run(actions.peekQueue, ['jobs'], { limit: 5, wait: 0 });

    expect(lines.slice(1)).toEqual(['  task: work', '  {"pattern":"work","data":1}']);
    expect(warnings?.join(' ')).toMatch(/receive/);
    expect(app.service.messages('jobs')).toHaveLength(1);
  });

  test('peeks at a message of a megabyte without filling the terminal; JSON has all of it', async () => {
    const { run, app } = await setup();
    await run(actions.createQueues, ['jobs']);
    const body = JSON.stringify({ pattern: 'work', data: 'x'.repeat(1_000_000) });
    await fill(app, 'jobs', [body]);
    const { lines, json } = await run(actions.peekQueue, ['jobs'], { limit: 1, wait: 0 });

    expect(lines.at(-1)).toMatch(/^ {2}\{"pattern":"work","data":"x+… \(\d+ more characters\)$/);
    expect(lines.join('').length).toBeLessThan(5_000);
    expect(jsonText(json)).toContain(JSON.stringify(body));
  });

  test('shows as JSON what only a rich codec carries', () => {
    const data = { big: 1n, map: new Map([['a', new Set([2n])]]), bytes: Buffer.from('ab') };
    expect(JSON.parse(jsonText({ messages: [{ task: { data } }] }))).toEqual({
      messages: [{ task: { data: { big: '1', map: [['a', ['2']]], bytes: 'YWI=' } } }],
    });
  });

  test('brings dead letters back', async () => {
    const { run, app } = await setup();
    await run(actions.createQueues, ['jobs'], { deadLetter: 'dead', maxReceiveCount: 1 });
    await fill(app, 'jobs', numbered(12));
    await deadLetterAll(app, 'jobs');
    const { lines } = await run(actions.redriveQueue, ['dead'], { way: 'receive-and-send' });

    expect(lines).toEqual(['Moved 12 messages out of dead, by this process.']);
    expect(app.service.messages('jobs')).toHaveLength(12);
  });

  test('waits for dead letters and messages that still come, with --idle-shutdown', async () => {
    const { run, app } = await setup();
    await run(actions.createQueues, ['jobs'], { deadLetter: 'dead', maxReceiveCount: 1 });
    app.clock.setTimer(() => void fill(app, 'dead', ['late']), 8_000);
    const values = { idleShutdown: 10, to: 'jobs' };
    const moved = await run(actions.redriveQueue, ['dead'], values);
    app.clock.setTimer(() => void fill(app, 'jobs', ['later']), 8_000);
    const drained = await run(actions.drainQueue, ['jobs'], { yes: true, idleShutdown: 10 });

    expect(moved.lines).toEqual(['Moved 1 messages out of dead, by this process.']);
    expect(drained.lines).toEqual(['Deleted 2 messages of jobs.']);
  });

  test.each([
    ['yes', 'y'],
    ['Yes', 'y'],
  ])('asks before it destroys; %s does it', async (answer) => {
    const questions: string[] = [];
    const ask = async (question: string) => (questions.push(question), answer);
    const { run } = await setup({}, { ask });
    await run(actions.createQueues, ['jobs']);
    await run(actions.purgeQueues, ['jobs']);

    expect(questions).toEqual(['Delete every message of jobs? [y/N] ']);
  });

  test.each(['', 'n', 'yesterday'])('the answer %j does nothing', async (answer) => {
    const { run, app } = await setup({}, { ask: async () => answer });
    await run(actions.createQueues, ['jobs']);
    await fill(app, 'jobs', ['a']);

    await expect(run(actions.purgeQueues, ['jobs'])).rejects.toThrow('Nothing was done.');
    expect(app.service.messages('jobs')).toHaveLength(1);
  });

  test('without a terminal and without --yes nothing is destroyed', async () => {
    const { run } = await setup();

    for (const action of [actions.deleteQueues, actions.purgeQueues, actions.drainQueue])
      await expect(run(action, ['jobs'])).rejects.toThrow(
        'There is no terminal to ask: give --yes',
      );
  });

  test('a stop between two requests says that it was not the end', async () => {
    const { run, app } = await setup();
    await run(actions.createQueues, ['jobs']);
    await fill(app, 'jobs', numbered(25));
    const drained = await run(
      actions.drainQueue,
      ['jobs'],
      { yes: true, wait: 0 },
      AbortSignal.abort(),
    );

    expect(drained).toMatchObject({
      isCutShort: true,
      lines: [expect.stringMatching(/stopped before the end/)],
    });
    expect(app.service.messages('jobs').length).toBeGreaterThan(0);
  });
});

async function setup(module = {}, facts: Partial<CliHost> = {}) {
  const app: OperationsApp = await operationsApp(module);
  const host = fakeHost(facts);
  const { queues, deadLetters } = app;
  const open = async () => ({ queues, deadLetters, close: async () => {} });
  const run = (
    action: QueuesAction,
    names: readonly string[] = [],
    values: Record<string, unknown> = {},
    signal: AbortSignal = new AbortController().signal,
  ) => whileTimePasses(app.clock, action({ host, values, names, signal, open }));
  return { app, host, run };
}
