import { Logger } from '@nestjs/common';
import { peekAnswer } from '../../../../lib/features/cli/queues/answers.js';
import type { Answer } from '../../../../lib/features/cli/queues/answers.js';
import { table } from '../../../../lib/features/cli/queues/table.js';
import { runQueuesAction } from '../../../../lib/features/cli/queues/run-queues-action.js';
import { ErrorSayer } from '../../../../lib/features/cli/errors/error-sayer.js';
import { ownLines } from '../../../../lib/features/cli/logging/own-lines.js';
import { jsonLines, outputOf } from '../../../nest/support/captured-output.js';
import { fakeHost } from './support/fake-host.js';
import { CliConsoleLogger } from '../../../../lib/features/cli/logging/console-logger.js';
import { StartUpSpeech } from '../../../../lib/features/cli/logging/start-up-speech.js';

const HOSTILE = 'x\u001b]0;title\u0007\u009b2J\n[Nest] 1 - LOG forged\u202e';
const SHOWN = String.raw`x\u001b]0;title\u0007\u009b2J\n[Nest] 1 - LOG forged\u202e`;

const peeked: Answer = peekAnswer({
  queue: 'dead',
  messages: [
    {
      id: 'm-1',
      body: HOSTILE,
      attributes: {},
      receiveCount: 2,
      sentAt: 0,
      task: { pattern: HOSTILE, data: 1 },
      source: HOSTILE,
      reason: HOSTILE,
    },
  ],
  warnings: [HOSTILE],
} as never);

async function answered(answer: Answer, values: Record<string, unknown> = {}) {
  const host = fakeHost();
  await runQueuesAction(async () => answer, { host, values, names: [] });
  return host;
}

describe('What the command prints', () => {
  test('shows control characters of messages as escapes, and no forged line', async () => {
    const host = await answered(peeked);
    expect(host.out().split('\n')).toHaveLength(6);
    for (const line of ['  task: ', '  from: ', '  reason: ', '  ']) {
      expect(host.out()).toContain(`${line}${SHOWN}\n`);
    }
    expect(host.err()).toBe(`warning: ${SHOWN}\n`);
  });

  test('answers valid JSON that steers no terminal and means the same', async () => {
    const host = await answered(peeked, { json: true });
    expect(JSON.parse(host.out())).toMatchObject({ messages: [{ body: HOSTILE }] });
    expect(/[^\n\P{Cc}]|\u202e/u.test(host.out())).toBe(false);
  });

  test('keeps columns straight where a name is hostile', () => {
    const [headings, row] = table(['NAME', 'TYPE'], [[HOSTILE, 'FIFO']]);
    expect(row).toBe(`${SHOWN}  FIFO`);
    expect(headings?.indexOf('TYPE')).toBe(row?.indexOf('FIFO'));
  });

  test('says errors in one line, with a stack below where it was asked for', () => {
    const host = fakeHost();
    const sayer = new ErrorSayer({ lines: ownLines('text', host), isDebug: true });
    sayer.say(new Error(HOSTILE));
    const [sentence, ...stack] = host.err().trimEnd().split('\n');
    expect(sentence).toMatch(/^error: x/);
    expect(stack[0]).toContain(String.raw`forged\u202e`);
    expect(stack.slice(1).every((line) => /^\s+at /.test(line))).toBe(true);
    expect(/[^\n\P{Cc}]|\u202e/u.test(host.err())).toBe(false);
  });
});

describe('The command’s own lines with --log-format json', () => {
  afterEach(() => Logger.overrideLogger(['verbose', 'debug', 'log', 'warn', 'error', 'fatal']));

  test('are lines of the log', async () => {
    const startUp = new StartUpSpeech({ isDebug: false, say() {} });
    Logger.overrideLogger(new CliConsoleLogger({ level: 'log', isJson: true, startUp }));
    const { out, err } = await outputOf(() => {
      const lines = ownLines('json', fakeHost());
      lines.say('  1 process, one task at a time');
      lines.warn('"x" is not read');
      new ErrorSayer({ lines, isDebug: false }).say(new Error(HOSTILE));
    });
    expect(jsonLines(out + err)).toMatchObject([
      { level: 'log', context: 'nestjs-sqs', message: '1 process, one task at a time' },
      { level: 'warn', context: 'nestjs-sqs', message: '"x" is not read' },
      { level: 'error', context: 'nestjs-sqs', message: expect.stringMatching(/^x/) },
    ]);
  });
});
