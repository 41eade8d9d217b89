import { Controller, Injectable, Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  discard,
  OnQueueStats,
  OnTaskError,
  PostSend,
  PostTask,
  SqsTask,
  SqsWorkers,
} from '../../lib/index.js';
import { NestSqsLogger } from '../../lib/nest/nest-logger.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const loggers: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('the disk is full');
    },
  ],
  ['rejects later', () => Promise.reject(new Error('the disk is full'))],
];

/** The app's own logger, all of whose methods do this. */
function appLogs(act: () => unknown): LoggerService {
  return { log: act, error: act, warn: act, debug: act, verbose: act, fatal: act };
}

@Controller()
class Tasks {
  @SqsTask('job')
  job(@Payload() data: unknown): string {
    if (data === 'fail') throw new Error('failed');
    return 'done';
  }
}

const job = { queue: 'jobs', pattern: 'job' };

beforeEach(() => {
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => spy.mockRestore());
});

describe("an app's logger that fails", () => {
  test.each(loggers)('changes nothing about sends and tasks: it %s', async (_name, act) => {
    const app = await memoryApp({ controllers: [Tasks], worker: { onError: discard() } });
    app.app.useLogger(appLogs(act));
    const seen: string[] = [];
    app.app.get(SqsWorkers).on('task:settled', ({ outcome }) => void seen.push(outcome.kind));
    for (const data of ['ok', 'fail', 'ok']) await app.producer.send(job, data);
    await app.producer.queue('jobs').sendRaw('not a task');
    await app.work();
    expect(seen.toSorted()).toEqual(['discard', 'retry', 'success', 'success']);
    expect(app.service.messages('jobs')).toHaveLength(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.emitWarning).toHaveBeenCalled();
  });

  test.each(loggers)('fails no start whose lines were kept until then: it %s', async (_n, act) => {
    Logger.attachBuffer();
    const logger = new NestSqsLogger({ context: 'SqsWorker' });
    Logger.overrideLogger(appLogs(act));
    onTestFinished(() => {
      Logger.detachBuffer();
      Logger.overrideLogger(false);
    });
    logger.warn('kept for later', { queue: 'jobs' });
    expect(() => Logger.flush()).not.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('gets a line again without its facts where these cannot be printed', () => {
    const lines: unknown[] = [];
    const logger = new NestSqsLogger({
      context: 'SqsWorker',
      logger: {
        ...appLogs(() => {}),
        log: (line: unknown) => void lines.push(JSON.stringify(line)),
      },
    });
    logger.log('Completed task', {
      get queue(): string {
        return 'jobs';
      },
      odd: {
        toJSON() {
          throw new Error('cannot be printed');
        },
      },
    });
    expect(lines).toEqual(['"Completed task"']);
  });

  test('is not there at all with logger: false', async () => {
    const app = await memoryApp({ controllers: [Tasks] });
    app.app.useLogger(false);
    await app.producer.send(job, 'ok');
    await app.work();
    expect(app.service.messages('jobs')).toEqual([]);
    expect(process.emitWarning).not.toHaveBeenCalled();
  });
});

describe('hooks that hear, and fail, while the logger fails too', () => {
  test.each(loggers)('change nothing: it %s', async (_name, act) => {
    @Injectable()
    class Broken {
      @PostSend() sent(): unknown {
        return act();
      }
      @PostTask({ on: 'any' }) ended(): unknown {
        return act();
      }
      @OnTaskError() failed(): unknown {
        return act();
      }
      @OnQueueStats({ everyMs: 100 }) stats(): unknown {
        return act();
      }
    }
    const app = await memoryApp({
      controllers: [Tasks],
      providers: [Broken],
      worker: { onError: discard() },
    });
    app.app.useLogger(appLogs(act));
    for (const data of ['ok', 'fail']) await app.producer.send(job, data);
    await app.work();
    await app.clock.advance(10_000);
    expect(app.service.messages('jobs')).toEqual([]);
  });
});
