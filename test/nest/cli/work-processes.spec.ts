import { SqsEmbedded } from '../../../lib/index.js';
import { Cli, fixture } from './support/cli.js';
import { Observer } from './support/observer.js';
import { sendTasks, waitingIn } from './support/send-tasks.js';

// The first child of a machine transpiles what it runs.
describe('nestjs-sqs work --processes', { timeout: 120_000 }, () => {
  const cli = new Cli();
  let embedded: SqsEmbedded;
  let observer: Observer;

  beforeEach(async () => {
    embedded = await SqsEmbedded.start({ env: {} });
    observer = await Observer.start();
  });

  afterEach(async () => {
    await cli.stopAll();
    await observer.close();
    await embedded.close();
  });

  const env = () => ({ SQS_EMBEDDED_URL: embedded.endpoint, ...observer.env });

  test('shares 2,000 tasks, starts a killed process again, and loses none', async () => {
    await sendTasks(embedded, 'counts', 'count', 2_000);
    const args = ['--app', fixture('counting'), '-q', 'counts', '--idle-shutdown', '5'];
    const command = cli.start(['work', ...args, '--processes', '2'], env());
    await command.line(/^Running/);
    const line = await command.line(/^done \d+ by/);
    process.kill(Number(line.split(' ').at(-1)), 'SIGKILL');
    await command.line(/was ended by SIGKILL; another is started in 1 s/);

    expect(await command.exited).toEqual({ code: 0, signal: null });
    const done = command.lines.filter((one) => one.startsWith('done '));
    expect(new Set(done.map((one) => one.split(' ')[1])).size).toBe(2_000);
    expect(new Set(done.map((one) => one.split(' ')[3])).size).toBeGreaterThanOrEqual(2);
    expect(command.lines.at(-1)).toMatch(/^Ended: [\d,]+ succeeded/);
  });

  test('one Ctrl-C drains every process, and the command ends with 0', async () => {
    await sendTasks(embedded, 'slow', 'slow', 2);
    const args = ['--app', fixture('slow'), '-q', 'slow', '--processes', '2'];
    const command = cli.start(['work', ...args], env());
    await observer.told(/^here/, 2);
    await observer.told(/^running/, 2);
    command.kill('SIGINT');
    await command.line(/^SIGINT: draining 2 worker processes/);
    observer.letFinish();

    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(observer.words.filter((word) => word.startsWith('finished'))).toHaveLength(2);
    expect(observer.words.filter((word) => word.startsWith('aborted'))).toEqual([]);
    expect(command.lines.at(-1)).toBe('Ended: 2 succeeded.');
  });

  test('a second Ctrl-C aborts every process, and the command ends with 130', async () => {
    await sendTasks(embedded, 'slow', 'slow', 2);
    const args = ['--app', fixture('slow'), '-q', 'slow', '--processes', '2'];
    const command = cli.start(['work', ...args], env());
    await observer.told(/^here/, 2);
    await observer.told(/^running/, 2);
    command.kill('SIGINT');
    await command.line(/^SIGINT: draining/);
    command.kill('SIGINT');

    expect(await command.exited).toEqual({ code: 130, signal: null });
    await observer.told(/^gone/, 2);
    expect(observer.words.filter((word) => word.startsWith('aborted'))).toHaveLength(2);
    expect(observer.words.filter((word) => word.startsWith('finished'))).toEqual([]);
  });

  test('a second Ctrl-C reaches processes that have not taken the first one yet', async () => {
    await sendTasks(embedded, 'slow', 'slow', 2);
    const args = ['--app', fixture('slow'), '-q', 'slow', '--processes', '2'];
    const command = cli.start(['work', ...args], env());
    await observer.told(/^here/, 2);
    await observer.told(/^running/, 2);
    const pids = observer.words
      .filter((word) => word.startsWith('here'))
      .map((word) => Number(word.split(' ')[1]));
    // Of two signals of a kind that wait for a process, the system keeps one.
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    command.kill('SIGINT');
    await command.line(/^SIGINT: draining/);
    command.kill('SIGINT');
    await command.line(/^SIGINT: aborting 2 worker processes/);
    for (const pid of pids) process.kill(pid, 'SIGCONT');

    expect(await command.exited).toEqual({ code: 130, signal: null });
    await observer.told(/^gone/, 2);
    expect(observer.words.filter((word) => word.startsWith('aborted'))).toHaveLength(2);
  });

  test('two signals in a row abort', async () => {
    await sendTasks(embedded, 'slow', 'slow', 2);
    const args = ['--app', fixture('slow'), '-q', 'slow', '--processes', '2'];
    const command = cli.start(['work', ...args], env());
    await observer.told(/^here/, 2);
    await observer.told(/^running/, 2);
    command.kill('SIGINT');
    command.kill('SIGTERM');

    const exit = await command.exited;
    // The system may give them to two threads, and either first; the second one decides.
    const first = command.lines.find((line) => /^SIG(INT|TERM): draining/.test(line)) ?? '';
    expect(exit).toEqual({ code: first.startsWith('SIGTERM') ? 130 : 143, signal: null });
    await observer.told(/^gone/, 2);
    expect(observer.words.filter((word) => word.startsWith('aborted'))).toHaveLength(2);
  });

  test('processes whose command was killed drain and end by themselves', async () => {
    await sendTasks(embedded, 'slow', 'slow', 2);
    const args = ['--app', fixture('slow'), '-q', 'slow', '--processes', '2'];
    const command = cli.start(['work', ...args], env());
    await observer.told(/^here/, 2);
    await observer.told(/^running/, 2);
    command.kill('SIGKILL');
    await command.exited;
    observer.letFinish();
    await observer.told(/^gone/, 2);

    expect(observer.words.filter((word) => word.startsWith('finished'))).toHaveLength(2);
    expect(await waitingIn(embedded, 'slow')).toBe(0);
  });

  test('an embedded SQS is started by the command, and joined by all processes', async () => {
    const args = ['--app', fixture('counting'), '-q', 'counts', '--processes', '2'];
    const command = cli.start(['work', ...args], { SQS_EMBEDDED_URL: '' });
    const line = await command.line(/embedded SQS: SQS_EMBEDDED_URL=/);
    await command.line(/^Running/);
    const shared = await SqsEmbedded.start({ env: { SQS_EMBEDDED_URL: line.split('=')[1] } });
    await sendTasks(shared, 'counts', 'count', 1);
    await command.line(/^done 0 by/);
    command.kill('SIGTERM');

    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(command.lines.filter((one) => one.includes('SQS_EMBEDDED_URL='))).toHaveLength(1);
  });

  test('a start that fails ends the command with one sentence, however many processes', async () => {
    const args = ['work', '--app', fixture('broken.Throwing'), '--processes', '3'];
    const { code, stderr } = await cli.run(args, env());

    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^error: The app ".*" could not start: the database is not there$/),
    ]);
  });
});
