import { fileURLToPath } from 'node:url';
import { SqsEmbedded } from '../../../lib/index.js';
import { Children } from '../../support/process.js';
import type { Child } from '../../support/process.js';
import { fixture } from './support/cli.js';
import { Observer } from './support/observer.js';
import { sendTasks, waitingIn } from './support/send-tasks.js';

const launcher = new URL('../fixtures/cli/launcher.mjs', import.meta.url);
const bin = fileURLToPath(new URL('../../../lib/features/cli/bin.ts', import.meta.url));
const watched = fileURLToPath(new URL('../fixtures/cli/watched.ts', import.meta.url));

// Such a worker used to live on, and to go on taking tasks. The first child of a machine transpiles what it runs.
describe('a worker whose launcher is killed', { timeout: 120_000 }, () => {
  const children = new Children();
  let embedded: SqsEmbedded;
  let observer: Observer;

  beforeEach(async () => {
    embedded = await SqsEmbedded.start({ env: {} });
    observer = await Observer.start();
    await sendTasks(embedded, 'slow', 'slow', 2);
  });

  afterEach(async () => {
    await children.stopAll();
    await observer.close();
    await embedded.close();
  });

  const launch = (how: string, more: readonly string[]): Child => {
    const args = [how, bin, 'work', '--app', fixture('slow'), '-q', 'slow', ...more];
    const env = { SQS_EMBEDDED_URL: embedded.endpoint, NO_COLOR: '1', ...observer.env };
    return children.start(launcher, { args, env });
  };

  const kinds: [string, string, string[]][] = [
    ['drains', 'itself', []],
    ['drains, where a shell stands between', 'shell', []],
    ['drains with all of its processes', 'itself', ['--processes', '2']],
  ];
  test.each(kinds)('%s', async (_what, how, more) => {
    const command = launch(how, more);
    const processes = more.length === 0 ? 1 : 2;
    await observer.told(/^here/, processes);
    await observer.told(/^running/, 2);
    command.kill('SIGKILL');
    await command.line(/^The process that started this one \(pid \d+\) has ended: draining\.$/);
    observer.letFinish();
    await observer.told(/^gone/, processes);

    expect(observer.words.filter((word) => word.startsWith('finished'))).toHaveLength(2);
    expect(observer.words.filter((word) => word.startsWith('aborted'))).toEqual([]);
    expect(await waitingIn(embedded, 'slow')).toBe(0);
  });

  test('drains though nobody reads its output any more', async () => {
    const command = launch('pipes', []);
    await observer.told(/^running/, 2);
    command.kill('SIGKILL');
    // From here on it writes into a pipe that is closed.
    await command.exited;
    observer.letFinish();
    await observer.told(/^gone/, 1);

    expect(observer.words.filter((word) => word.startsWith('finished'))).toHaveLength(2);
    expect(await waitingIn(embedded, 'slow')).toBe(0);
  });
});

describe('a worker watches', { timeout: 60_000 }, () => {
  const children = new Children();
  afterEach(() => children.stopAll());

  const watches = async (how: string): Promise<[string | undefined, number | undefined]> => {
    const child = children.start(launcher, { args: [how, watched] });
    await child.exited;
    return [/watches (\w+)/.exec(child.stderr)?.[1], child.pid];
  };

  test.each(['itself', 'shell'])('what started it: %s', async (how) => {
    const [found, pid] = await watches(how);

    expect(found).toBe(String(pid));
  });

  test('nobody where it leads a process group of its own', async () => {
    const [found] = await watches('detached');

    expect(found).toBe('nobody');
  });
});
