import { Controller, Injectable } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  LeaseLostError,
  OnTaskError,
  SqsContext,
  SqsTask,
  TaskHardTimeoutError,
  TaskNotAliveError,
  TaskSilentError,
} from '../../../lib/index.js';
import type {
  Outcome,
  SqsTaskOptions,
  TaskDelivery,
  TaskPulse,
  VisibilityChange,
} from '../../../lib/index.js';
import { signal } from '../../support/signals.js';
import { closeApps } from '../support/memory-app.js';
import { actor } from './actor.js';
import { inFile } from './fixtures/members.js';
import { isolationApp } from './support.js';

afterEach(closeApps);

const slow = { timeout: 60_000 };

describe('an isolated task', slow, () => {
  test('that makes no progress is ended before its hard limit', async () => {
    const options = { isolate: inFile('thread'), hardTimeoutMs: 60_000, silenceTimeoutMs: 1_000 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const running = app.act({ act: 'loop' });
    await app.starts.next();

    await app.clock.advance(1_200);

    expect((await running) as { error: Error }).toMatchObject({
      kind: 'retry',
      error: new TaskSilentError({ silenceTimeoutMs: 1_000 }),
    });
  });

  test('that isAlive finds hung is ended, and isAlive has seen its progress', async () => {
    const pulses: TaskPulse[] = [];
    const seen = signal();
    const isAlive = (pulse: TaskPulse): boolean => {
      pulses.push(pulse);
      if (pulse.progress !== undefined) seen.fire();
      // Before its first word it may still be starting.
      return pulse.progress === undefined || pulse.silentMs < 1_000;
    };
    const options = { isolate: inFile('thread'), isAlive, isAliveEveryMs: 100 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const running = app.act({ act: 'loopWithProgress' });
    await app.starts.next();
    while (seen.count === 0) await app.clock.advance(100);

    await app.clock.advance(1_300);

    expect(((await running) as { error: Error }).error).toBeInstanceOf(TaskNotAliveError);
    expect(pulses.at(-1)).toMatchObject({ progress: 'started', delivery: { queue: 'jobs' } });
  });

  test('that was ended is told to @OnTaskError with body, attributes and queue', async () => {
    const told: [unknown, TaskDelivery][] = [];
    @Injectable()
    class Notifier {
      @OnTaskError()
      notify(error: unknown, delivery: TaskDelivery): void {
        told.push([error, delivery]);
      }
    }
    const options = { isolate: inFile('thread'), hardTimeoutMs: 1_000 };
    const app = await isolationApp({ controllers: [actor(options)], providers: [Notifier] });
    await app.warm();
    const running = app.act({ act: 'loop' });
    await app.starts.next();
    await app.clock.advance(1_200);
    await running;

    const [[error, delivery] = []] = told;
    expect(told).toHaveLength(1);
    expect(error).toBeInstanceOf(TaskHardTimeoutError);
    expect(delivery).toMatchObject({ queue: 'jobs', message: { attributes: {} } });
    expect(delivery?.message.body).toContain('"loop"');
  });

  test('past its timeoutMs hears of it, and a late success is a success', async () => {
    const options = { isolate: inFile('thread'), timeoutMs: 1_000, hardTimeoutMs: 60_000 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const running = app.act({ act: 'untilAborted' });
    await app.starts.next();

    await app.clock.advance(5_000);

    expect(await running).toEqual({ kind: 'success', value: 'TaskTimeoutError' });
  });

  test('past its timeoutMs is still ended at the hard limit', async () => {
    const options = { isolate: inFile('thread'), timeoutMs: 500, hardTimeoutMs: 1_000 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const running = app.act({ act: 'loop' });
    await app.starts.next();

    await app.clock.advance(1_200);

    expect(((await running) as { error: Error }).error).toBeInstanceOf(TaskHardTimeoutError);
  });

  test('at twelve hours is ended, after no extension beyond them', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile('thread') })] });
    const until: number[] = [];
    let receipt: string | undefined;
    app.service.afterCall = (operation, _queue, request) => {
      if (operation !== 'ChangeMessageVisibilityBatch') return undefined;
      const [entry] = request as [VisibilityChange];
      receipt ??= entry.receiptHandle;
      // Past the cap SQS gives the message again, under another receipt.
      if (entry.receiptHandle === receipt) {
        until.push(app.clock.now() / 1_000 + entry.visibilityTimeoutSeconds);
      }
      return undefined;
    };
    await app.warm();
    const running = app.act({ act: 'loop' });
    const { delivery } = await app.starts.next();

    await app.clock.advance(43_300_000);

    const { error } = (await running) as { error: LeaseLostError };
    expect(error).toBeInstanceOf(LeaseLostError);
    expect(error.because).toBe('cap');
    expect(delivery.signal.reason).toBe(error);
    expect(Math.max(...until)).toBeLessThanOrEqual(43_200);
    expect(Math.max(...until)).toBeGreaterThan(43_100);
  });

  test('that outlives the drain is ended before its message is given back', async () => {
    const facts = { worker: { drainTimeoutMs: 1_000 } };
    const options = { isolate: inFile('process') };
    const app = await isolationApp({ controllers: [actor(options)], ...facts });
    await app.warm();
    const running = app.act({ act: 'loop' });
    await app.starts.next();

    await app.close();

    expect(await running).toMatchObject({ error: { name: 'DrainDeadlineError' } });
  });
});

describe('a task on the event loop of the worker', () => {
  test('hears of its hard limit, silence and isAlive through its signal', async () => {
    expect(await endOf({ hardTimeoutMs: 1_000 }, {}, 1_000)).toMatchObject({
      kind: 'retry',
      error: new TaskHardTimeoutError({ hardTimeoutMs: 1_000 }),
    });
    expect(await endOf({ silenceTimeoutMs: 500 }, { progress: 1 }, 500)).toMatchObject({
      error: new TaskSilentError({ silenceTimeoutMs: 500 }),
    });
    const { error } = (await endOf({ isAlive: isNotSeven }, { progress: 7 }, 5_000)) as {
      error: Error;
    };
    expect(error).toBeInstanceOf(TaskNotAliveError);
  });

  test('that tells of its progress is silent only from then on', async () => {
    let context: SqsContext | undefined;
    const options = { silenceTimeoutMs: 500 };
    const app = await isolationApp({ controllers: [cooperative(options, (it) => (context = it))] });
    const running = app.ran('work', {});
    await app.starts.next();
    await app.clock.advance(300);
    context?.progress('half');

    await app.clock.advance(480);
    expect(app.ends.count).toBe(0);
    await app.clock.advance(20);

    expect(await running).toMatchObject({ error: new TaskSilentError(options) });
  });

  test('that isAlive finds hung is told to @OnTaskError', async () => {
    const told: unknown[] = [];
    @Injectable()
    class Notifier {
      @OnTaskError()
      notify(error: unknown): void {
        told.push(error);
      }
    }
    const controllers = [cooperative({ isAlive: () => false })];
    const app = await isolationApp({ controllers, providers: [Notifier] });
    const running = app.ran('work', {});
    await app.starts.next();
    await app.clock.advance(5_000);
    await running;

    expect(told).toEqual([expect.any(TaskNotAliveError)]);
  });

  test('counts as hung where isAlive throws', async () => {
    const { error } = (await endOf({ isAlive: broken }, {}, 5_000)) as { error: Error };

    expect(error).toBeInstanceOf(TaskNotAliveError);
    expect(error.cause).toMatchObject({ message: 'the probe broke' });
  });
});

async function endOf(options: SqsTaskOptions, data: object, afterMs: number): Promise<Outcome> {
  const app = await isolationApp({ controllers: [cooperative(options)] });
  const running = app.ran('work', data);
  await app.starts.next();
  await app.clock.advance(afterMs - 20);
  expect(app.ends.count).toBe(0);
  await app.clock.advance(20);
  return running;
}

/** Ends when its signal is aborted, with the reason. */
function cooperative(options: SqsTaskOptions, onStart: (context: SqsContext) => void = () => {}) {
  @Controller()
  class Cooperative {
    @SqsTask('work', options)
    async work(@Payload() data: { progress?: number }, @Ctx() context: SqsContext) {
      onStart(context);
      if (data.progress !== undefined) context.progress(data.progress);
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      throw context.signal.reason as Error;
    }
  }
  return Cooperative;
}

const isNotSeven = async ({ progress }: TaskPulse) => progress !== 7;

function broken(): never {
  throw new Error('the probe broke');
}
