import { SqsEmbedded } from '../../../lib/index.js';
import { jsonLines } from '../support/captured-output.js';
import { Cli, fixture } from './support/cli.js';
import { sendTasks } from './support/send-tasks.js';

// The first child of a machine transpiles what it runs.
describe('nestjs-sqs work --log-format json', { timeout: 60_000 }, () => {
  const cli = new Cli();
  let embedded: SqsEmbedded;

  beforeEach(async () => {
    embedded = await SqsEmbedded.start({ env: {} });
    await sendTasks(embedded, 'logged', 'odd', 4);
  });
  afterEach(async () => {
    await cli.stopAll();
    await embedded.close();
  });

  async function linesOf(...args: string[]): Promise<Record<string, unknown>[]> {
    const env = { SQS_EMBEDDED_URL: embedded.endpoint };
    const { stdout, stderr } = await cli.run(['work', ...args, '--log-format', 'json'], env);
    return jsonLines(`${stdout}\n${stderr}`);
  }

  test.each(['1', '2'])(
    'writes nothing but JSON lines, those of the command too: %s process(es)',
    async (processes) => {
      const app = ['--app', fixture('logging'), '--processes', processes];
      const lines = await linesOf(...app, '--max-tasks', '4', '--idle-shutdown', '2');
      const own = lines.filter(({ context }) => context === 'nestjs-sqs');
      expect(own.map(({ message }) => message)).toEqual(
        expect.arrayContaining([
          'queue logged: odd',
          expect.stringMatching(/^Running/),
          expect.stringMatching(/^Ended: 2 succeeded/),
        ]),
      );
      const tasks = lines.filter(({ message }) => message === 'Task failed');
      expect(tasks[0]).toMatchObject({
        level: 'error',
        context: 'SqsWorker',
        queue: 'logged',
        task: 'odd',
        reason: String.raw`Bad Request Exception: n must be odd; not \u001b[31meven`,
      });
      for (const { message } of lines) expect(message).toEqual(expect.any(String));
    },
  );

  test('says in JSON why a start fails', async () => {
    const lines = await linesOf('--app', fixture('logging.WithoutHandlers'));
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      context: 'nestjs-sqs',
      message: expect.stringContaining('expected queues to consume'),
    });
  });

  test('gives its lines to the logger of an app that brings one', async () => {
    const args = ['work', '--app', fixture('logging.pino'), '--log-format', 'json'];
    const command = cli.start(args, { SQS_EMBEDDED_URL: embedded.endpoint });
    await command.line(/"msg":"Running/);
    await command.line(/"msg":"Task failed"/);
    command.kill('SIGTERM');
    expect(await command.exited).toEqual({ code: 0, signal: null });
    const lines = jsonLines(command.lines.join('\n'));
    const failed = lines.find(({ msg }) => msg === 'Task failed');
    expect(failed).toMatchObject({
      context: 'SqsWorker',
      outcome: 'discard',
      reason: expect.stringContaining('n must be odd'),
      err: { type: 'BadRequestException', stack: expect.stringMatching(/\n\s+at /) },
    });
    const said = lines.map(({ context, msg }) => `${String(context)}: ${String(msg)}`);
    expect(said.slice(-2)).toEqual([
      'SqsWorker: Worker stopped',
      expect.stringMatching(/^nestjs-sqs: Ended: /),
    ]);
  });
});
