import { ConsoleLogger, Controller, ValidationPipe } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { IsEmail, IsNotEmpty } from 'class-validator';
import { Logger as PinoNestLogger } from 'nestjs-pino';
import { constant, retry, SqsTask } from '../../../lib/index.js';
import type { Clock } from '../../../lib/contracts/index.js';
import { chunksOf } from './captured-output.js';
import { memoryApp } from './memory-app.js';
import { PinoModule, pinoLines } from './pino-app.js';

export type LogKind = 'text' | 'json' | 'pino';

class Letter {
  @IsEmail() to!: string;
  @IsNotEmpty() subject!: string;
}

const checked = new ValidationPipe();
let clock: Clock | undefined;

@Controller()
class Emails {
  /** Takes 84 ms. */
  @SqsTask('welcome', { queue: 'emails' })
  welcome(@Payload(checked) _letter: Letter): Promise<void> {
    return new Promise((resolve) => clock?.setTimer(resolve, 84));
  }

  @SqsTask('remind', { queue: 'emails' })
  remind(): void {
    throw new Error('the mail server is down');
  }
}

const deadLetter = { queue: 'emails-dead', maxReceiveCount: 2 };

/**
 * What a worker logs of a task that succeeds, of one that fails, is retried and fails for the last time, and of one whose
 * data a pipe refuses; from its start to its end. What differs from run to run is always the same here.
 */
export async function recordedLog(kind: LogKind): Promise<string[]> {
  pinoLines.length = 0;
  const chunks = await chunksOf(() => work(kind));
  const lines = kind === 'pino' ? pinoLines : chunks;
  return settled(lines.join(''));
}

async function work(kind: LogKind): Promise<void> {
  const made = await memoryApp({
    imports: kind === 'pino' ? [PinoModule] : [],
    controllers: [Emails],
    queues: [],
    module: { queues: [{ name: 'emails', deadLetter }], onMissingQueue: 'create' },
    worker: { queues: ['emails'], onError: retry(constant(30)) },
    nestLogger: loggers[kind],
    chooseLogger: (app) => {
      if (kind === 'pino') app.useLogger(app.get(PinoNestLogger));
    },
  });
  clock = made.clock;
  // It loads its packages at first, in real time.
  await checked.transform(
    { to: 'ada@example.org', subject: 'Welcome' },
    { type: 'body', metatype: Letter },
  );
  const send = (pattern: string, data: unknown) =>
    made.producer.send({ queue: 'emails', pattern }, data);
  await send('welcome', { to: 'ada@example.org', subject: 'Welcome' });
  await made.work();
  await send('remind', {});
  await made.clock.advance(40_000);
  await send('welcome', { to: 'nobody', subject: '' });
  await made.work();
  await made.close();
}

const loggers: Record<LogKind, LoggerService> = {
  text: new ConsoleLogger({ colors: false }),
  json: new ConsoleLogger({ json: true }),
  pino: new ConsoleLogger(),
};

/** Lines of the worker alone, with the same process, time, ids and stacks in each run. */
function settled(log: string): string[] {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const known =
      ids.get(id) ?? `5fd7e0a1-2b6c-4e4e-9d3f-${String(ids.size + 1).padStart(12, '0')}`;
    ids.set(id, known);
    return known;
  };
  return log
    .replaceAll(/^\[Nest\] \d+ {2}- .*? +(LOG|WARN|ERROR) /gm, (_all, level: string) => {
      return `[Nest] 4711  - 11/27/2026, 9:30:00 AM ${level.padStart(7)} `;
    })
    .replaceAll(/"pid":\d+/g, '"pid":4711')
    .replaceAll(/"(timestamp|time)":\d+/g, '"$1":1795771800000')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, idOf)
    .replaceAll(/(\n {4}at [^\n]*)+/g, '\n    at …')
    .replaceAll(/(\\n {4}at [^"]*)+/g, String.raw`\n    at …`)
    .split('\n')
    .filter((line) => /SqsWorker/.test(line) || /^(\w*(Error|Exception): | {4}at )/.test(line));
}
