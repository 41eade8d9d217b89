import { ConsoleLogger, Logger, Module } from '@nestjs/common';
import type { LoggerService, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger as PinoNestLogger, NativeLogger, PinoLogger } from 'nestjs-pino';
import { pino } from 'pino';
import { NestSqsLogger } from '../../lib/nest/nest-logger.js';
import { jsonLines, outputOf } from './support/captured-output.js';
import { pinoApp, pinoLines } from './support/pino-app.js';
import { RecordingLogger } from './support/recording-logger.js';

const facts = { queue: 'emails', task: 'send_email', durationMs: 12 };

afterEach(() => {
  // As Nest begins: its own logger, every level.
  Logger.overrideLogger(new ConsoleLogger());
  Logger.overrideLogger(['verbose', 'debug', 'log', 'warn', 'error', 'fatal']);
  Reflect.set(Logger, 'logLevels', undefined);
});

/** A logger of the library in an app that has chosen its own. */
function loggerWith(chosen: LoggerService | LogLevel[] | false): NestSqsLogger {
  Logger.overrideLogger(chosen);
  return new NestSqsLogger({ context: 'SqsWorker' });
}

@Module({})
class Empty {}

const text = () => new ConsoleLogger({ colors: false });

describe('NestSqsLogger in an app with Nest’s text logger', () => {
  test('writes a sentence and its facts in one line', async () => {
    const { out } = await outputOf(() => loggerWith(text()).log('Completed task', facts));
    expect(out).toMatch(
      /^\[Nest\] \d+ .* LOG \[SqsWorker\] Completed task queue=emails task=send_email durationMs=12\n$/,
    );
  });

  test('writes the stack of an error below the line', async () => {
    const error = new Error('no');
    const { err } = await outputOf(() => loggerWith(text()).error('Task failed', facts, error));
    expect(err).toMatch(/ERROR \[SqsWorker\] Task failed queue=emails .*\nError: no\n\s+at /);
  });

  test('writes an error without stack, and a warning without facts, as one line each', async () => {
    const { out, err } = await outputOf(() => {
      const logger = loggerWith(text());
      logger.error('Task failed', { queue: 'emails' });
      logger.error('Task failed', { queue: 'emails' }, 'thrown');
      logger.warn('No queue');
    });
    expect(err.match(/\n/g)).toHaveLength(2);
    expect(err).toMatch(/^.* ERROR \[SqsWorker\] Task failed queue=emails\n/);
    expect(out).toMatch(/^.* WARN \[SqsWorker\] No queue\n$/);
  });

  test('lets no field, error or payload begin a line of its own, or steer the terminal', async () => {
    const forged = 'x\n[Nest] 1 - LOG [SqsWorker] Completed task\u001b[2J\u009b2J\u202e';
    const { out, err } = await outputOf(() => {
      const logger = loggerWith(text());
      logger.log(forged, { task: forged, list: [forged], nested: { forged } });
      logger.payload(forged);
      logger.error('Task failed', { reason: forged }, new Error(forged));
    });
    expect(out.split('\n')).toHaveLength(3);
    const lines = err.split('\n').filter((line) => !/^\s+at /.test(line));
    expect(lines).toHaveLength(3);
    for (const sign of ['\u001b', '\u009b', '\u202e']) expect(out + err).not.toContain(sign);
    expect(out).toContain(String.raw`\n[Nest] 1 - LOG [SqsWorker] Completed task\u001b[2J`);
  });

  test('bounds what a message may make a line of', async () => {
    const { out } = await outputOf(() => loggerWith(text()).log('x', { task: 'a'.repeat(1e6) }));
    expect(out.length).toBeLessThan(1_500);
  });

  test('handles errors that throw when they are read', async () => {
    const error = new Error('read me');
    Object.defineProperty(error, 'stack', {
      get() {
        throw new Error('no');
      },
    });
    const { err } = await outputOf(() => loggerWith(text()).error('Task failed', {}, error));
    expect(err).toMatch(/ERROR \[SqsWorker\] Task failed\n/);
  });
});

describe('NestSqsLogger in an app with Nest’s JSON logger', () => {
  test('writes the sentence as message, and the facts beside it', async () => {
    const { out } = await outputOf(() => {
      const logger = loggerWith(new ConsoleLogger({ json: true }));
      logger.log('Completed task', facts);
      logger.log('Worker ended');
      new Logger('App').log('of the app');
    });
    const [completed, ended, own] = jsonLines(out);
    const { pid, timestamp, ...rest } = completed ?? {};
    expect(rest).toEqual({
      level: 'log',
      message: 'Completed task',
      context: 'SqsWorker',
      ...facts,
    });
    expect({ pid, timestamp }).toEqual({ pid: process.pid, timestamp: expect.any(Number) });
    expect(ended).toMatchObject({ message: 'Worker ended', context: 'SqsWorker' });
    expect(own).toMatchObject({ message: 'of the app', context: 'App' });
  });

  test('writes the stack of an error as a field', async () => {
    const { err } = await outputOf(() =>
      loggerWith(new ConsoleLogger({ json: true })).error('Task failed', facts, new Error('no')),
    );
    expect(jsonLines(err)).toMatchObject([
      {
        message: 'Task failed',
        queue: 'emails',
        stack: expect.stringMatching(/^Error: no\n\s+at /),
      },
    ]);
  });

  test('keeps Nest’s own names, where a fact has one of them', async () => {
    const { out } = await outputOf(() =>
      loggerWith(new ConsoleLogger({ json: true })).log('x', { level: 7, pid: 0, message: 'y' }),
    );
    expect(jsonLines(out)).toMatchObject([{ level: 'log', pid: process.pid, message: 'x' }]);
  });

  test('writes through a logger that extends Nest’s', async () => {
    class Mine extends ConsoleLogger {
      readonly #seen: unknown[] = [];
      override log(message: unknown, ...rest: unknown[]): void {
        this.#seen.push(message);
        super.log(message, ...(rest as [string]));
      }
    }
    const { out } = await outputOf(() =>
      loggerWith(new Mine({ json: true })).log('Completed task', facts),
    );
    expect(jsonLines(out)).toMatchObject([{ message: 'Completed task', ...facts }]);
  });
});

describe('NestSqsLogger in an app with nestjs-pino', () => {
  test.each([
    ['Logger', PinoNestLogger],
    ['NativeLogger', NativeLogger],
  ])(
    'writes the sentence as msg, the facts beside it, and errors as err: %s',
    async (_name, Class) => {
      const app = await pinoApp();
      app.useLogger(app.get(Class));
      pinoLines.length = 0;
      const logger = new NestSqsLogger({ context: 'SqsWorker' });
      logger.log('Completed task', facts);
      logger.error('Task failed', facts, new TypeError('no'));
      await app.close();
      const [completed, failed] = jsonLines(pinoLines.join(''));
      expect(completed).toEqual({
        level: 30,
        time: expect.any(Number),
        context: 'SqsWorker',
        msg: 'Completed task',
        ...facts,
      });
      expect(failed).toMatchObject({
        level: 50,
        msg: 'Task failed',
        queue: 'emails',
        err: { type: 'TypeError', message: 'no', stack: expect.stringMatching(/^TypeError: no\n/) },
      });
    },
  );

  test('writes the sentence under the message key that pino was given', () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const inner = Object.create(PinoLogger.prototype, {
      logger: { value: pino({ messageKey: 'message' }, stream) },
    }) as PinoLogger;
    loggerWith(new PinoNestLogger(inner, { renameContext: 'where' })).warn('No queue', facts);
    expect(jsonLines(lines.join(''))).toMatchObject([
      { message: 'No queue', queue: 'emails', where: 'SqsWorker' },
    ]);
    expect(lines.join('')).not.toContain('"msg"');
  });

  test('asks pino for its level', async () => {
    const app = await pinoApp();
    app.useLogger(app.get(PinoNestLogger));
    const logger = new NestSqsLogger({ context: 'SqsWorker' });
    expect([logger.isLogEnabled(), logger.isDebugEnabled()]).toEqual([true, false]);
    PinoLogger.root.level = 'warn';
    expect(logger.isLogEnabled()).toBe(false);
    PinoLogger.root.level = 'info';
    await app.close();
  });

  test('gets lines that were buffered before the app chose it', async () => {
    const logger = new NestSqsLogger({ context: 'SqsWorker' });
    const app = await pinoApp();
    pinoLines.length = 0;
    expect(logger.isDebugEnabled()).toBe(true);
    logger.log('Created a queue', { queue: 'emails' });
    expect(pinoLines).toEqual([]);
    app.useLogger(app.get(PinoNestLogger));
    await app.close();
    expect(jsonLines(pinoLines.join(''))).toContainEqual(
      expect.objectContaining({ msg: 'Created a queue', queue: 'emails', context: 'SqsWorker' }),
    );
  });
});

describe('NestSqsLogger in an app with a logger of its own', () => {
  test('gives the facts as one object that prints as one line, and a bare sentence as text', () => {
    const mine = new RecordingLogger();
    const logger = loggerWith(mine);
    logger.log('Completed task', facts);
    logger.warn('No queue');
    expect(mine.lines).toMatchObject([
      { level: 'log', message: { message: 'Completed task', ...facts }, context: 'SqsWorker' },
      { level: 'warn', message: 'No queue', context: 'SqsWorker' },
    ]);
    expect(String(mine.lines[0]?.message)).toBe(
      'Completed task queue=emails task=send_email durationMs=12',
    );
  });

  test('gives payloads in their own context', () => {
    const mine = new RecordingLogger();
    loggerWith(mine).payload('{"a":1}');
    expect(mine.lines).toMatchObject([{ message: '{"a":1}', context: 'SqsMessages' }]);
  });
});

describe('NestSqsLogger’s levels', () => {
  test('are all on while an app sets none, on Nest 11 as on 12', async () => {
    const logger = new NestSqsLogger({ context: 'SqsWorker' });
    expect([logger.isLogEnabled(), logger.isDebugEnabled()]).toEqual([true, true]);
    const { out } = await outputOf(() => logger.log('Received task', facts));
    expect(out).toContain('Received task');
  });

  test.each<[string, LoggerService | LogLevel[] | false, boolean, boolean]>([
    ['logger: false', false, false, false],
    ['levels that are set', ['log', 'warn', 'error'], true, false],
    ['only errors', ['error'], false, false],
    ['Nest’s logger with levels', new ConsoleLogger({ logLevels: ['warn'] }), false, false],
    ['Nest’s JSON logger', new ConsoleLogger({ json: true }), true, true],
    ['another logger, whose levels are not known', new RecordingLogger(), true, true],
  ])('follow %s', async (_what, chosen, log, debug) => {
    const app = await NestFactory.createApplicationContext(Empty, { logger: chosen });
    const logger = new NestSqsLogger({ context: 'SqsWorker' });
    expect([logger.isLogEnabled(), logger.isDebugEnabled()]).toEqual([log, debug]);
    const { out } = await outputOf(() => logger.log('Received task', facts));
    const lines = chosen instanceof RecordingLogger ? JSON.stringify(chosen.lines) : out;
    expect(lines.includes('Received task')).toBe(log);
    await app.close();
  });
});
