import { setImmediate as nextTurn } from 'node:timers/promises';
import { Controller, Injectable } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { from, mergeMap } from 'rxjs';
import { SqsContext, type SendContext, type SendHandler } from '../../lib/index.js';
import { SqsHarness } from '../../lib/testing/index.js';
import { closeAll, startWorker } from './support.js';

const HOUR_MS = 3_600_000;

@Injectable()
class Log {
  readonly lines: unknown[] = [];
}

@Controller()
class Jobs {
  constructor(
    private readonly log: Log,
    private readonly harness: SqsHarness,
  ) {}

  @MessagePattern('remind')
  remind(@Payload() text: string): void {
    this.log.lines.push(text);
  }

  @MessagePattern('render')
  async render(@Ctx() { signal }: SqsContext): Promise<void> {
    await this.harness.sleep(11.9 * HOUR_MS);
    this.log.lines.push(signal.aborted ? 'lost' : 'rendered');
  }

  @MessagePattern('fail')
  fail(@Ctx() { message }: SqsContext): void {
    this.log.lines.push(message.receiveCount);
    throw new Error('always');
  }
}

const app = { controllers: [Jobs], providers: [Log] };

afterEach(closeAll);

describe('Time in tests', () => {
  test('a delay of fifteen minutes', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    await sqs.send({ queue: 'jobs', pattern: 'remind' }, 'call Ada', { delaySeconds: 900 });

    await harness.advance(899_999);
    expect(made.get(Log).lines).toEqual([]);
    await harness.advance(1);

    expect(made.get(Log).lines).toEqual(['call Ada']);
  });

  test('a task of twelve hours keeps its message all the time', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    await sqs.send({ queue: 'jobs', pattern: 'render' }, {});

    await harness.advance(11.8 * HOUR_MS);
    expect(harness.messages('jobs')).toMatchObject([{ state: 'inflight', receiveCount: 1 }]);
    await harness.advance(0.2 * HOUR_MS);

    expect(made.get(Log).lines).toEqual(['rendered']);
    expect(harness.messages('jobs')).toEqual([]);
  });

  test('a redrive after five receives', async () => {
    const jobs = { name: 'jobs', deadLetter: { queue: 'jobs-dead', maxReceiveCount: 5 } };
    const { sqs, harness, app: made } = await startWorker({ ...app, testing: { queues: [jobs] } });
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, 'poison');

    await harness.advance(6 * 60_000);

    expect(made.get(Log).lines).toEqual([1, 2, 3, 4, 5]);
    expect(harness.messages('jobs')).toEqual([]);
    expect(harness.messages('jobs-dead')).toMatchObject([{ pattern: 'fail', data: 'poison' }]);
  });

  test('the five minutes in which a FIFO queue drops duplicates', async () => {
    const {
      sqs,
      harness,
      app: made,
    } = await startWorker({
      ...app,
      testing: { queues: ['jobs.fifo'] },
      worker: { queues: ['jobs.fifo'] },
    });
    const remind = { queue: 'jobs.fifo', pattern: 'remind' };
    const once = { groupId: 'ada', deduplicationId: 'call' };
    await sqs.send(remind, 'first', once);
    await harness.advance(299_000);
    await sqs.send(remind, 'dropped', once);
    await harness.advance(2_000);
    await sqs.send(remind, 'second', once);
    await harness.flush();

    expect(made.get(Log).lines).toEqual(['first', 'second']);
  });

  test('a handler that takes real time is done when the clock goes on', async () => {
    const { sqs, harness } = await startWorker({ ...app, controllers: [Slow] });
    await sqs.send({ queue: 'jobs', pattern: 'slow' }, {}, { delaySeconds: 10 });

    await harness.advance(24 * HOUR_MS);

    expect(harness.handled('slow')).toMatchObject([{ attempt: 1, outcome: { kind: 'success' } }]);
  });

  test('an interceptor that does something real does not cost its send the time of the clock', async () => {
    const sendInterceptors = [
      {
        intercept: (_send: SendContext, next: SendHandler) =>
          from(manyTurns()).pipe(mergeMap(() => next.handle())),
      },
    ];
    const {
      sqs,
      harness,
      app: made,
    } = await startWorker({ ...app, testing: { sendInterceptors } });
    const sending = sqs.send({ queue: 'jobs', pattern: 'remind' }, 'call Ada');
    await harness.flush();

    expect(await sending).toMatchObject({ queue: 'jobs' });
    expect(made.get(Log).lines).toEqual(['call Ada']);
  });

  test('works where timers are faked', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    vi.useFakeTimers();
    await sqs.send({ queue: 'jobs', pattern: 'remind' }, 'now');
    await sqs.send({ queue: 'jobs', pattern: 'remind' }, 'later', { delaySeconds: 1 });
    await harness.flush();
    await harness.advance(1_000);
    vi.useRealTimers();

    expect(made.get(Log).lines).toEqual(['now', 'later']);
  });
});

/** Longer than promises take, and nothing that the clock knows of. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await nextTurn();
}

@Controller()
class Slow {
  @MessagePattern('slow')
  async slow(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
