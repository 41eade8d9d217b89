import { SqsEmbedded } from '../../../lib/index.js';
import type { Child } from '../../support/process.js';
import { Cli, fixture } from './support/cli.js';

// The first child of a machine transpiles what it runs.
describe('@OnQueueStats() under nestjs-sqs work', { timeout: 120_000 }, () => {
  const cli = new Cli();
  let embedded: SqsEmbedded;

  beforeEach(async () => void (embedded = await SqsEmbedded.start({ env: {} })));
  afterEach(async () => {
    await cli.stopAll();
    await embedded.close();
  });

  const env = () => ({ SQS_EMBEDDED_URL: embedded.endpoint });
  const args = ['work', '--app', fixture('stats'), '-q', 'counts'];

  // Each process used to report: calls and requests multiplied by --processes.
  test.each([
    ['with --report-interval', ['--report-interval', '0.2']],
    ['without', []],
  ])('is called in one of several processes, %s', async (_how, more) => {
    const command = cli.start([...args, '--processes', '2', ...more], env());
    await started(command, 2);
    for (let i = 0; i < 5; i++) await command.line(/^stats of counts/);

    expect(tellers(command).size).toBe(1);
  });

  test('goes on in another process when the one that told has died', async () => {
    const command = cli.start([...args, '--processes', '2', '--report-interval', '0.2'], env());
    await started(command, 2);
    const first = pidIn(await command.line(/^stats of counts/));
    process.kill(first, 'SIGKILL');
    await command.line(/was ended by SIGKILL/);
    const second = pidIn(await command.line(/^stats of counts/));
    // The process that was started in its place leaves it to the other.
    await started(command, 1);
    for (let i = 0; i < 5; i++) await command.line(/^stats of counts/);

    expect(second).not.toBe(first);
    expect(tellers(command)).toEqual(new Set([first, second]));
  });

  test('is called where there is one process', async () => {
    const command = cli.start([...args, '--report-interval', '0.2'], env());
    await command.line(/^stats of counts/);
    await command.line(/^stats of counts/);
    command.kill('SIGTERM');

    expect(await command.exited).toEqual({ code: 0, signal: null });
  });
});

async function started(command: Child, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await command.line(/^here is/);
}

function tellers(command: Child): Set<number> {
  return new Set(command.lines.filter((line) => line.startsWith('stats of')).map(pidIn));
}

function pidIn(line: string): number {
  return Number(line.split(' ').at(-1));
}
