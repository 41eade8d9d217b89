import { from, mergeMap } from 'rxjs';
import { z } from 'zod';
import {
  FifoOrderError,
  PartialSendError,
  ProducerClosedError,
  SendGivenUpError,
  type SqsSendInterceptor,
} from '../../../lib/contracts/index.js';
import { settlePromises } from '../../../lib/primitives/manual-clock.js';
import { defineTask, type SendBatch } from '../../../lib/producer/index.js';
import { gate } from '../../support/signals.js';
import { setupProducer, type ProducerSetup } from '../../support/producer.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const task = { queue: 'jobs', pattern: 'p' };
const ordered = { queue: 'orders.fifo', pattern: 'p' };

const never = (): Promise<never> => new Promise(() => {});
const hangsBefore: SqsSendInterceptor = { intercept: () => from(never()) };
const hangsAfter: SqsSendInterceptor = {
  intercept: (_send, next) => next.handle().pipe(mergeMap(() => from(never()))),
};
const hungSchema = z.unknown().refine(never);

/** A producer whose sends have 30 s and whose closing has 5 s, and what became of each send. */
function setup(own: ProducerSetup = {}) {
  const logger = new RecordingLogger();
  const made = setupProducer({ logger, ...own });
  const ends: unknown[] = [];
  const follow = (sending: Promise<unknown>): void => {
    const index = ends.push('open') - 1;
    sending.then(
      (value) => (ends[index] = value),
      (error: unknown) => (ends[index] = error),
    );
  };
  return { ...made, logger, ends, follow };
}

describe('A send whose queue never answers', () => {
  test('is given up after sendTimeoutMs, and the error names queue, attempts and time', async () => {
    const { producer, gateway, clock, ends, follow, logger } = setup();
    gateway.hold();
    follow(producer.send(task, 1));
    await clock.advance(29_999);
    expect(ends).toEqual(['open']);
    await clock.advance(1);
    const [error] = ends;
    expect(error).toBeInstanceOf(SendGivenUpError);
    expect(error).toMatchObject({
      queue: 'jobs',
      attempts: 1,
      elapsedMs: 30_000,
      stage: 'request',
      because: 'timeout',
      isInDoubt: true,
      message:
        'The message for queue "jobs" was given up after 30000 ms and 1 attempt (sendTimeoutMs is 30000) ' +
        'while its queue had not accepted it: SQS may have accepted it all the same.',
    });
    expect(logger.lines).toContainEqual({
      level: 'error',
      message: 'Sends were given up',
      fields: { count: 1, queues: { jobs: 1 }, inDoubtCount: 1, limitMs: 30_000 },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('is not tried again once it was given up, when an answer comes after all', async () => {
    const { producer, gateway, clock, follow } = setup();
    gateway.hold().answer([{ code: 'InternalError' }]);
    follow(producer.send(task, 1));
    await clock.advance(30_000);
    gateway.release();
    await clock.advance(60_000);
    expect(gateway.requests).toHaveLength(1);
  });

  test('is given up between two attempts too, and leaves no timer', async () => {
    const { producer, gateway, clock, ends, follow } = setup({ options: { sendTimeoutMs: 350 } });
    gateway.answer(...Array.from({ length: 5 }, () => [{ code: 'InternalError' }]));
    follow(producer.send(task, 1));
    await clock.advance(350);
    expect(ends).toEqual([expect.objectContaining({ attempts: 2, stage: 'request' })]);
    await settlePromises();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(60_000);
    expect(gateway.requests).toHaveLength(2);
  });

  test('takes those that wait behind it along, which nothing had left for', async () => {
    const { producer, gateway, clock, ends, follow } = setup({
      options: { maxRequestsInFlight: 1, maxBufferedMessages: 15 },
    });
    gateway.hold();
    for (let i = 0; i < 20; i++) follow(producer.send(task, i));
    await clock.advance(30_000);
    const doubts = ends.map((end) => (end as SendGivenUpError).isInDoubt);
    expect(doubts).toEqual([...array(10, true), ...array(10, false)]);
    expect(String(ends[19])).toContain('no request with it had left, so it was not sent');
    gateway.release();
    await clock.advance(60_000);
    expect(gateway.accepted).toHaveLength(10);
    // Its room is free again.
    for (let i = 0; i < 20; i++) follow(producer.send(task, i));
    await settlePromises();
    expect(ends.slice(20).every((end) => end !== 'open')).toBe(true);
  });
});

describe('A send that waits behind others', () => {
  test('has as long as it takes while its queue accepts them', async () => {
    const { producer, gateway, clock, ends, follow } = setup({
      options: { maxRequestsInFlight: 1, maxBufferedMessages: 30 },
    });
    gateway.answersAfter(clock, 20_000);
    for (let i = 0; i < 100; i++) follow(producer.send(task, i));
    await clock.advance(200_000);
    expect(ends.every((end) => (end as { messageId?: string }).messageId !== undefined)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is given up sendTimeoutMs after the last message that was accepted', async () => {
    const { producer, gateway, clock, ends, follow } = setup({
      options: { maxRequestsInFlight: 1 },
    });
    gateway.hold();
    for (let i = 0; i < 20; i++) follow(producer.send(task, i));
    await clock.advance(20_000);
    gateway.answerNext();
    await clock.advance(29_999);
    expect(ends.slice(10)).toEqual(array(10, 'open'));
    await clock.advance(1);
    expect(ends.slice(10).every((end) => end instanceof SendGivenUpError)).toBe(true);
  });

  test('of a group is off with the first of them that is given up', async () => {
    const { producer, gateway, clock, ends, follow } = setup();
    gateway.hold();
    follow(producer.send(ordered, 1, { groupId: 'g' }));
    await clock.advance(10_000);
    follow(producer.send(ordered, 2, { groupId: 'g' }));
    await clock.advance(1_000);
    follow(producer.send(ordered, 'other', { groupId: 'h' }));
    await clock.advance(29_000);
    expect(ends[0]).toBeInstanceOf(SendGivenUpError);
    expect(ends[1]).toBeInstanceOf(SendGivenUpError);
    expect(ends[2]).toBe('open');
    gateway.release();
    await settlePromises();
    expect(gateway.accepted.map(({ groupId }) => groupId)).toEqual(['g', 'h']);
  });

  test('of a group whose rest was given up behind it keeps its order', async () => {
    const { producer, gateway, clock, ends, follow } = setup({
      options: { strictOrder: true, maxRequestsInFlight: 1, sendTimeoutMs: 1_000 },
    });
    gateway.hold();
    follow(producer.send(ordered, 'first', { groupId: 'g' }));
    await clock.advance(500);
    follow(producer.send(ordered, 'second', { groupId: 'g' }));
    await clock.advance(600);
    expect(ends[0]).toBeInstanceOf(SendGivenUpError);
    // The first may have been accepted, or not: nothing of its group may follow without its sender.
    gateway.answer();
    gateway.release();
    await clock.advance(60_000);
    expect(ends[1]).toSatisfy(
      (end) =>
        end instanceof FifoOrderError || (end as { messageId?: string }).messageId !== undefined,
    );
  });
});

const hungPreparations: [string, string, ProducerSetup, object][] = [
  ['an interceptor', 'interceptors', { interceptors: [hangsBefore] }, {}],
  ['a schema', 'schema', {}, { schema: hungSchema }],
  ['the look-up of its queue', 'queue-lookup', { queues: { find: never } }, {}],
];

describe.each(hungPreparations)(
  'A send whose preparation hangs in %s',
  (_, stage, own, contract) => {
    const target = { ...task, ...contract };

    test('is given up after sendTimeoutMs, as not sent', async () => {
      const { producer, gateway, clock, ends, follow } = setup(own);
      follow(producer.send(target, 1));
      await clock.advance(29_999);
      expect(ends).toEqual(['open']);
      await clock.advance(1);
      expect(ends).toEqual([expect.objectContaining({ stage, attempts: 0, isInDoubt: false })]);
      expect(gateway.requests).toHaveLength(0);
      expect(clock.pendingTimers).toBe(0);
    });

    test('does not keep a flush beyond it', async () => {
      const { producer, clock, follow, ends } = setup(own);
      producer.send(target, 1).catch(() => {});
      follow(producer.flush());
      await clock.advance(30_000);
      expect(ends).toEqual([undefined]);
    });

    test('does not keep close() beyond closeTimeoutMs', async () => {
      const { producer, clock, follow, ends, logger } = setup(own);
      follow(producer.send(target, 1));
      follow(producer.send(target, 2));
      follow(producer.close());
      await clock.advance(4_999);
      expect(ends[2]).toBe('open');
      await clock.advance(1);
      expect(ends).toEqual([
        expect.objectContaining({ stage, because: 'closing', isInDoubt: false }),
        expect.objectContaining({ stage, because: 'closing', isInDoubt: false }),
        undefined,
      ]);
      expect(logger.lines).toContainEqual({
        level: 'error',
        message: 'Sends were given up as the app closed',
        fields: { count: 2, queues: { jobs: 2 }, inDoubtCount: 0, limitMs: 5_000 },
      });
      expect(clock.pendingTimers).toBe(0);
    });
  },
);

test('a send that goes on after it was given up sends nothing', async () => {
  const goOn = gate();
  const slow: SqsSendInterceptor = {
    intercept: (_send, next) => from(goOn.opened).pipe(mergeMap(() => next.handle())),
  };
  const { producer, gateway, clock, ends, follow } = setup({ interceptors: [slow] });
  follow(producer.send(task, 1));
  await clock.advance(30_000);
  expect(ends).toEqual([expect.any(SendGivenUpError)]);
  goOn.open();
  await settlePromises();
  expect(gateway.requests).toHaveLength(0);
});

describe('An accepted send whose hook never returns', () => {
  test('is answered after sendTimeoutMs, as it is in its queue, and the hook is told of', async () => {
    const { producer, clock, ends, follow, logger } = setup({ interceptors: [hangsAfter] });
    follow(producer.send(task, 1));
    await clock.advance(30_000);
    expect(ends).toEqual([{ messageId: 'm-1', queue: 'jobs' }]);
    expect(logger.lines).toContainEqual({
      level: 'warn',
      message: 'Interceptors or @PostSend() hooks of accepted sends had not ended',
      fields: { count: 1, limitMs: 30_000 },
    });
  });

  test('is answered when the producer closes', async () => {
    const { producer, clock, ends, follow } = setup({ interceptors: [hangsAfter] });
    follow(producer.send(task, 1));
    await settlePromises();
    follow(producer.close());
    await clock.advance(5_000);
    expect(ends).toEqual([{ messageId: 'm-1', queue: 'jobs' }, undefined]);
  });
});

describe('Closing', () => {
  test('waits for sends that end in time, and gives up the others by queue', async () => {
    const { producer, gateway, clock, ends, follow, logger } = setup();
    gateway.hold();
    follow(producer.send(task, 1));
    follow(producer.send({ queue: 'other', pattern: 'p' }, 2));
    follow(producer.send(ordered, 3, { groupId: 'g' }));
    await settlePromises();
    follow(producer.close());
    await clock.advance(4_000);
    gateway.answerNext();
    await clock.advance(1_000);
    expect(ends).toEqual([
      expect.objectContaining({ messageId: 'm-1' }),
      expect.any(SendGivenUpError),
      expect.any(SendGivenUpError),
      undefined,
    ]);
    expect(logger.lines.at(-1)?.fields).toEqual({
      count: 2,
      queues: { other: 1, 'orders.fifo': 1 },
      inDoubtCount: 2,
      limitMs: 5_000,
    });
  });

  test('twice gives the same end', async () => {
    const { producer, gateway } = setup();
    gateway.hold();
    expect(producer.close()).toBe(producer.close());
  });

  test('ends a batch whose callback never does, and what it held is not sent', async () => {
    const { producer, gateway, clock, ends, follow } = setup();
    follow(producer.batch((batch) => (batch.add(task, 1), never())));
    await settlePromises();
    follow(producer.close());
    await clock.advance(5_000);
    expect(ends).toEqual([expect.any(ProducerClosedError), undefined]);
    expect(String(ends[0])).toContain('before its callback had ended');
    expect(gateway.requests).toHaveLength(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('lists the sends of a batch that were given up', async () => {
    const { producer, gateway, clock, ends, follow } = setup();
    gateway.hold();
    follow(producer.batch((batch) => [1, 2].forEach((data) => batch.add(task, data))));
    await settlePromises();
    follow(producer.close());
    await clock.advance(5_000);
    expect(ends[0]).toBeInstanceOf(PartialSendError);
    expect((ends[0] as PartialSendError).failed.map(({ error }) => error)).toEqual(
      array(2, expect.any(SendGivenUpError)),
    );
  });
});

describe('Giving up as the process exits', () => {
  test('ends sends and batches at once, and refuses those that follow', async () => {
    const { producer, gateway, clock, ends, follow, logger } = setup();
    gateway.hold();
    const again = (): Promise<unknown> => producer.send(task, 'again');
    follow(producer.send(task, 1));
    follow(producer.send(task, 2).catch(again));
    follow(producer.batch((batch) => (batch.add(task, 3), never())));
    await settlePromises();
    follow(producer.giveUp());
    await settlePromises();
    expect(ends).toEqual([
      expect.any(SendGivenUpError),
      expect.any(ProducerClosedError),
      expect.any(ProducerClosedError),
      undefined,
    ]);
    expect(String(ends[0])).toContain('given up after 0 ms and 1 attempt (the process exits)');
    expect(logger.lines).toEqual([
      {
        level: 'error',
        message: 'Sends were given up as the app closed',
        fields: { count: 3, queues: { jobs: 3 }, inDoubtCount: 2 },
      },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('ends a close() that is under way', async () => {
    const { producer, gateway, ends, follow } = setup();
    gateway.hold();
    follow(producer.send(task, 1));
    follow(producer.close());
    await settlePromises();
    follow(producer.giveUp());
    await settlePromises();
    expect(ends).toEqual([expect.any(SendGivenUpError), undefined, undefined]);
  });
});

test('messages that a batch holds wait for its callback, however long', async () => {
  const { producer, clock, ends, follow } = setup();
  const finish = gate();
  const fill = (batch: SendBatch): Promise<void> => {
    batch.add(task, 1);
    return finish.opened;
  };
  follow(producer.batch(fill));
  await clock.advance(600_000);
  expect(ends).toEqual(['open']);
  finish.open();
  await settlePromises();
  expect(ends).toEqual([[{ messageId: 'm-1', queue: 'jobs' }]]);
  expect(clock.pendingTimers).toBe(0);
});

test('a raw send and a request have the same time', async () => {
  const { producer, gateway, clock, ends, follow } = setup();
  gateway.hold();
  follow(producer.sendRaw('jobs', 'x'));
  follow(producer.request(task, 1, { id: 'i', replyTo: 'r', expiresAt: 1 }));
  follow(producer.sendMany(defineTask('p', { queue: 'jobs' }), [1, 2]));
  await clock.advance(30_000);
  expect(ends).toEqual([
    expect.any(SendGivenUpError),
    expect.any(SendGivenUpError),
    expect.any(PartialSendError),
  ]);
});

function array<T>(length: number, value: T): T[] {
  return Array.from({ length }, () => value);
}
