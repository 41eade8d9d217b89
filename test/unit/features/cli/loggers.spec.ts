import { BlockLogger } from '../../../../lib/features/cli/logging/block-logger.js';
import { LogFiles } from '../../../../lib/features/cli/logging/log-files.js';
import {
  parseLoggerBlock,
  readLoggers,
} from '../../../../lib/features/cli/logging/logger-block.js';
import { StartUpSpeech } from '../../../../lib/features/cli/logging/start-up-speech.js';

const BLOCK = `
<logger>
  level INFO
  <logfile>
    path STDOUT
    format %(levelname)s %(name)s %(message)s
  </logfile>
</logger>
<logger>
  level INFO
  propagate false
  name zc.sqs.messages
  <logfile>
    path messages.log
    format %(message)s
  </logfile>
</logger>`;

describe('the loggers block', () => {
  test('is read as zc.sqs documents it', () => {
    expect(parseLoggerBlock(BLOCK)).toEqual({
      loggers: [
        {
          name: '',
          level: 20,
          propagate: true,
          files: [{ path: 'STDOUT', format: '%(levelname)s %(name)s %(message)s', level: 0 }],
        },
        {
          name: 'zc.sqs.messages',
          level: 20,
          propagate: false,
          files: [{ path: 'messages.log', format: '%(message)s', level: 0 }],
        },
      ],
      warnings: [],
    });
  });

  test('sends payloads to their own file alone, all else to the root', () => {
    const { logger, written } = setup(BLOCK);
    logger.log('[[1, 2, ""], {}]', 'SqsMessages');
    logger.error('Handling a message', 'TypeError: no\n    at x', 'SqsWorker');
    logger.debug('quiet', 'SqsWorker');

    expect(written).toEqual([
      ['messages.log', '[[1, 2, ""], {}]'],
      ['STDOUT', 'ERROR SqsWorker Handling a message\nTypeError: no\n    at x'],
    ]);
  });

  test('a payload of zc.sqs is written as it was sent, under the name that zc.sqs gave it', () => {
    const { logger, written } = setup(BLOCK);
    for (const body of ['W1sxXSx7fV0=', '{"pattern":"a"}', 'plain'])
      logger.log(body, 'SqsMessages');

    expect(written.map(([, line]) => line)).toEqual(['[[1],{}]', '{"pattern":"a"}', 'plain']);
  });

  test('a logger named by its Nest context may let more through, and propagates', () => {
    const { logger, written } = setup(
      `${BLOCK}\n<logger>\n name Orders.Prices\n level debug\n</logger>`,
    );
    logger.debug('seen', 'Orders.Prices.Cache');
    logger.debug('not seen', 'Orders');

    expect(written).toEqual([['STDOUT', 'DEBUG Orders.Prices.Cache seen']]);
  });

  test('a file may have a level of its own, and a format every field', () => {
    const format = '%(asctime)s %(levelno)d %(process)d\\n%(message)s';
    const { logger, written } = setup(
      `<logger>\n<logfile>\npath a\nlevel error\nformat ${format}\n</logfile>\n</logger>`,
    );
    logger.warn('no', 'X');
    logger.fatal('yes', 'X');

    expect(written).toEqual([['a', '1970-01-01 00:00:00,000 50 7\nyes']]);
  });

  test('Nest’s progress lines are details', () => {
    const { logger, written } = setup(BLOCK);
    logger.log('SqsModule dependencies initialized', 'InstanceLoader');

    expect(written).toEqual([]);
  });

  test('may be a list in JSON and YAML', () => {
    const { loggers } = readLoggers([
      { name: 'SqsMessages', propagate: false, path: 'm.log', format: '%(message)s' },
    ]);

    expect(loggers).toEqual([
      {
        name: 'SqsMessages',
        level: 20,
        propagate: false,
        files: [{ path: 'm.log', format: '%(message)s', level: 0 }],
      },
    ]);
  });

  test('says what it does not read', () => {
    const text =
      '<logger>\n handlers 2\n <syslog>\n  facility local3\n </syslog>\n <logfile>\n  path a\n  when D\n  format %(thread)d\n </logfile>\n</logger>\n<eventlog>\n</eventlog>';

    expect(parseLoggerBlock(text).warnings).toEqual([
      '<eventlog> is not read',
      '"handlers" in <logger> is not read',
      '<syslog> in <logger> is not read',
      '"when" in <logfile> is not read',
      '%(thread)s in a format is not known',
    ]);
  });

  test.each([
    ['<logger>\nlevel LOUD\n</logger>', '"LOUD" is no log level'],
    [
      '<logger>\npropagate perhaps\n</logger>',
      'expected propagate to be true or false, got "perhaps"',
    ],
    ['<logger>\n<logfile>\n</logfile>\n</logger>', 'a <logfile> has no path'],
    ['</logger>', '</logger> closes nothing that is open'],
    ['<logger>', '<logger> is not closed'],
  ])('refuses %j', (text, message) => {
    expect(() => parseLoggerBlock(text)).toThrow(message);
  });
});

function setup(text: string) {
  const written: [string, string][] = [];
  const logger = new BlockLogger({
    loggers: parseLoggerBlock(text).loggers,
    write: (path, line) => void written.push([path, line]),
    wallNow: () => 0,
    pid: 7,
    startUp: new StartUpSpeech({ isDebug: false, say: () => {} }),
  });
  return { logger, written };
}

describe('the files of a loggers block', () => {
  test('that cannot be written fail nobody who logs, and are told of once', () => {
    const said: string[] = [];
    const output = { isTerminal: false, write: (text: string) => void said.push(text) };
    const files = new LogFiles({ cwd: '/', stdout: output, stderr: output });
    for (let i = 0; i < 3; i++) files.write('no/such/folder/worker.log', 'a line');
    expect(said).toEqual([
      expect.stringMatching(/^The log no\/such\/folder\/worker.log cannot be written.*ENOENT/),
    ]);
    files.write('STDOUT', 'goes on');
    expect(said.at(-1)).toBe('goes on\n');
  });
});
