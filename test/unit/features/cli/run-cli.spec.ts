import { Command } from 'commander';
import { addFlags, flagValues } from '../../../../lib/features/cli/flags/flags-of-command.js';
import type { FlagValues } from '../../../../lib/features/cli/flags/flags-of-command.js';
import { WORK_FLAGS } from '../../../../lib/features/cli/work/work-flags.js';
import { runCli } from '../../../../lib/features/cli/run-cli.js';
import { fakeHost } from './support/fake-host.js';

describe('nestjs-sqs', () => {
  test.each([
    [['work', '--polling-wait-time', '21'], 'Expected an integer from 0 to 20.'],
    [['work', '--polling-wait-time', ''], 'Expected an integer from 0 to 20.'],
    [['work', '--concurrency', '1.5'], 'Expected an integer from 1 to 10000.'],
    [['work', '--concurrency', '0x10'], 'Expected an integer from 1 to 10000.'],
    [['work', '--idle-shutdown', 'inf'], 'Expected a number from 0.001 to 86400.'],
    [['queues', 'redrive', 'a', '--idle-shutdown', 'nan'], 'Expected a number from 1 to 86400.'],
    [['work', '--log-level', 'loud'], 'Expected one of verbose, debug, info,'],
    [['work', '--endpoint', 'here'], 'Expected an http or https URL.'],
    [['work', '--speed', '4'], "unknown option '--speed'"],
    [['work', '--queue'], 'argument missing'],
    [['work'], 'Expected --app path:export'],
    [
      ['work', 'a.js:App'],
      'Expected a configuration file, got the app "a.js:App": --app a.js:App.',
    ],
    [['work', 'a.ini', '--config', 'b.ini'], 'Expected one configuration file, got "a.ini" and'],
    [['work', 'a.ini', 'b.ini'], 'too many arguments'],
    [['work', '--app', 'a.js', '--workers', '2', '--processes', '3'], 'they are the same flag'],
    [['wrok'], "unknown command 'wrok'"],
    [['worker-process'], 'is started by work --processes'],
    [[], 'Usage: nestjs-sqs'],
    [['queues'], 'Usage: nestjs-sqs queues'],
    [['queues', 'delete', '--yes'], 'Expected queue names or --all, and not both.'],
    [['queues', 'delete', 'a', '--all', '--yes'], 'Expected queue names or --all, and not both.'],
    [
      ['queues', 'delete', 'a'],
      'Delete a with all that is in them? There is no terminal to ask: give --yes',
    ],
    [['queues', 'stats'], "missing required argument 'queues'"],
    [
      ['queues', 'stats', 'a', '--app', 'b', '--prefix', 'c'],
      'Expected --app or --prefix, got both',
    ],
    [
      ['queues', 'create', 'a', '--max-receive-count', '3'],
      '--max-receive-count needs --dead-letter.',
    ],
  ])('%j exits with 2 and shows the usage', async (argv, message) => {
    const { code, err } = await run(...argv);

    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toMatch(/Usage: nestjs-sqs/);
    expect(err).not.toMatch(/\n\s+at /);
  });

  test('the short forms of squids are those of here', () => {
    expect(typed('-q', 'emails', '-w', '2', '-a', 'tasks.app')).toEqual({
      queues: ['emails'],
      processes: 2,
      app: 'tasks.app',
    });
    expect(typed('--workers')).toEqual({ processes: 'auto' });
  });

  test('numbers are written as Python and JavaScript both read them', () => {
    expect(
      typed('-c', '1e1', '--idle-shutdown', '.5', '--drain-timeout', '5.', '-w', '+2'),
    ).toEqual({
      concurrency: 10,
      idleShutdown: 0.5,
      drainTimeout: 5,
      processes: 2,
    });
  });

  test.each([[['work', 'no.ini']], [['work', '--config', 'no.ini']]])(
    '%j reads that configuration file',
    async (argv) => {
      const { code, err } = await run(...argv);

      expect(code).toBe(1);
      expect(err).toContain('The configuration file "no.ini" cannot be used: it does not exist.');
    },
  );

  test.each([
    ['DEBUG', 'debug'],
    ['INFO', 'log'],
    ['WARNING', 'warn'],
    ['ERROR', 'error'],
    ['CRITICAL', 'fatal'],
    ['warning', 'warn'],
    ['Info', 'log'],
    ['verbose', 'verbose'],
    ['log', 'log'],
    ['warn', 'warn'],
    ['fatal', 'fatal'],
  ])('--log-level %s is Nest’s level %s', (name, logLevel) => {
    expect(typed('--log-level', name)).toEqual({ logLevel });
  });

  test('a queue may be named several times', () => {
    expect(typed('-q', 'a', '--queue', 'b', '--stage', 'words.count')).toEqual({
      queues: ['a', 'b'],
      stages: ['words.count'],
    });
  });

  test.each([
    [['--help'], 'work [options]'],
    [['work', '--help'], '--report-interval <seconds>'],
    [['queues', 'redrive', '--help'], '--way <way>'],
    [['--version'], '.'],
  ])('%j exits with 0', async (argv, text) => {
    const { code, out, err } = await run(...argv);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(text);
  });
});

function typed(...argv: string[]): FlagValues {
  const command = new Command('work');
  addFlags(command, WORK_FLAGS);
  command.parse(argv, { from: 'user' });
  return flagValues(command, WORK_FLAGS);
}

async function run(...argv: string[]) {
  const host = fakeHost({ argv });
  const code = await runCli(host);
  return { code, out: host.out(), err: host.err() };
}
