import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqsEmbedded } from '../../../lib/index.js';
import { Cli, fixture } from './support/cli.js';
import { sendTasks } from './support/send-tasks.js';

// The first child of a machine transpiles what it runs.
describe('nestjs-sqs work', { timeout: 60_000 }, () => {
  const cli = new Cli();
  let embedded: SqsEmbedded;
  let folder: string;

  beforeEach(async () => {
    embedded = await SqsEmbedded.start({ env: {} });
    folder = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
    await sendTasks(embedded, 'scales', 'scale', 4);
  });

  afterEach(async () => {
    await cli.stopAll();
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const env = () => ({ SQS_EMBEDDED_URL: embedded.endpoint });

  const iniWith = (worker: string): string => {
    const file = join(folder, 'worker.ini');
    writeFileSync(file, `[container]\nworker = ${worker}\nmax_tasks = 4\n[worker]\nscale = 2\n`);
    return file;
  };

  test.each(['AppModule', 'dynamic', 'factory', 'web', 'startedWeb', 'told'])(
    'runs %s, and gives it what the file says for the worker',
    async (kind) => {
      const args = ['work', iniWith(fixture(`kinds.${kind}`)), '--log-level', 'warn'];
      const { code, stdout, stderr } = await cli.run(args, env());

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const line of [
        `Connected to the embedded SQS at ${embedded.endpoint}`,
        '  queue scales: scale',
        '  1 process, one task at a time',
        'Ended: 4 succeeded.',
      ])
        expect(stdout.split('\n')).toContain(line);
      const scaled = stdout.split('\n').filter((line) => line.startsWith('scaled'));
      expect(scaled.toSorted()).toEqual([0, 2, 4, 6].map((n) => `scaled to ${n}`));
      expect(stdout.includes('the factory got {"scale":"2"}')).toBe(kind === 'told');
    },
  );

  test('runs an app with a worker of its own, without options from a file', async () => {
    const command = cli.start(['work', '--app', fixture('kinds.microservice')], env());
    await command.line(/^scaled to 3$/);
    command.kill('SIGTERM');

    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(command.lines.at(-1)).toBe('Ended: 4 succeeded.');
  });

  test('runs a stage of a pipeline in a process for each, until all items have passed', async () => {
    const words = ['work', '--app', fixture('words')];
    const counting = cli.start([...words, '--stage', 'words.count'], env());
    await counting.line(/^ {2}stages: words\.count$/);
    const stages = ['--stage', 'words.generate', '--stage', 'words.reduce'];
    const others = cli.start([...words, ...stages], env());
    await others.line(/^ {2}stages: words\.generate, words\.reduce$/);
    const counted = [];
    while (counted.length < 3) counted.push(await counting.line(/^counted/));
    for (const child of [counting, others]) child.kill('SIGTERM');

    expect(counted.toSorted()).toEqual(['counted apple: 2', 'counted idea: 3', 'counted ocean: 3']);
    expect(await counting.exited).toEqual({ code: 0, signal: null });
    expect(await others.exited).toEqual({ code: 0, signal: null });
    expect(others.lines.filter((line) => line.startsWith('counted'))).toEqual([]);
  });

  test('looks after queues of an app that it does not start', async () => {
    const app = ['--app', fixture('kinds'), '--json'];
    const created = await cli.run(['queues', 'create', 'more', ...app], env());
    const stats = await cli.run(['queues', 'stats', 'more', 'scales', ...app], env());
    const deleted = await cli.run(['queues', 'delete', 'more', '--yes', ...app], env());
    const listed = await cli.run(['queues', 'list', ...app], env());

    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(created.stdout)).toMatchObject([{ name: 'more', wasCreated: true }]);
    expect(JSON.parse(stats.stdout)).toMatchObject([
      { name: 'more', messageCount: 0 },
      { name: 'scales', messageCount: 4 },
    ]);
    expect(JSON.parse(deleted.stdout)).toEqual({ queues: ['more'] });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'scales' }]);
  });

  test('reaches queues by flags, without an app', async () => {
    const aws = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const reach = ['--endpoint', embedded.endpoint, '--region', 'us-east-1', '--prefix', 'sca'];
    const { code, stdout, stderr } = await cli.run(['queues', 'list', ...reach], aws);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[1]).toMatch(/^les +standard +http/);
  });
});
