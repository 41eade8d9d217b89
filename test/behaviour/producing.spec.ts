import { GatewayError, SendFailedError } from '../../lib/contracts/index.js';
import { settlePromises } from '../../lib/primitives/manual-clock.js';
import { bodyOf, setupProducer } from '../support/producer.js';

const task = { queue: 'jobs', pattern: 'p' };
const throttled = { code: 'ThrottlingException' };
const passing = () =>
  new GatewayError({ kind: 'unavailable', operation: 'SendMessageBatch', detail: 'down' });

describe('coalescing', () => {
  test('a send on its own leaves in the same turn of the event loop', async () => {
    const { producer, gateway } = setupProducer();
    await producer.send(task, 'warm the queue lookup');
    const order: string[] = [];
    setImmediate(() => order.push('next turn'));
    const sent = producer.send(task, 1);
    process.nextTick(() => order.push(`asked ${gateway.requests.length - 1} times`));
    await sent;
    await settlePromises();
    expect(order).toEqual(['asked 1 times', 'next turn']);
  });

  test('sends of one turn share a request, however many awaits each took', async () => {
    const { producer, gateway } = setupProducer();
    const late = async (awaits: number) => {
      for (let i = 0; i < awaits; i++) await Promise.resolve();
      return producer.send(task, awaits);
    };
    await Promise.all([late(0), late(3), late(20), producer.send(task, 'first')]);
    expect(gateway.requests).toHaveLength(1);
    expect(gateway.bodies[0]).toHaveLength(4);
  });

  test('10,000 sends at once take at most 0.101 requests each', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answersAfter(clock, 5);
    const sends = Promise.all(Array.from({ length: 10_000 }, (_, i) => producer.send(task, i)));
    await clock.advance(1_000);
    expect(await sends).toHaveLength(10_000);
    expect(gateway.requests.length / 10_000).toBeLessThanOrEqual(0.101);
    expect(gateway.mostOpen).toBe(16);
  });

  test('senders that send again as they are answered fill whole requests', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answersAfter(clock, 5);
    const sender = async () => {
      for (let i = 0; i < 50; i++) await producer.send(task, i);
    };
    const all = Promise.all(Array.from({ length: 100 }, sender));
    await clock.advance(1_000);
    await all;
    expect(gateway.requests.length / 5_000).toBeLessThanOrEqual(0.101);
  });

  test('a few messages behind a request wait for its answer, and then leave together', async () => {
    const { producer, gateway } = setupProducer();
    gateway.hold();
    const first = producer.send(task, 0);
    await settlePromises();
    const others = [producer.send(task, 1), producer.send(task, 2)];
    await settlePromises();
    expect(gateway.requests).toHaveLength(1);
    gateway.release();
    await Promise.all([first, ...others]);
    expect(gateway.bodies[1]).toEqual([bodyOf(1), bodyOf(2)]);
  });

  test('a few messages behind a request that hangs wait 100 ms', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.hold();
    const first = producer.send(task, 0);
    await settlePromises();
    const second = producer.send(task, 1);
    await clock.advance(99);
    expect(gateway.requests).toHaveLength(1);
    await clock.advance(1);
    expect(gateway.requests).toHaveLength(2);
    gateway.release();
    await Promise.all([first, second]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('requests in flight are bounded for each queue', async () => {
    const { producer, gateway } = setupProducer({ options: { maxRequestsInFlight: 2 } });
    gateway.hold();
    const other = { queue: 'other', pattern: 'p' };
    const sends = Array.from({ length: 45 }, (_, i) => producer.send(task, i));
    sends.push(producer.send(other, 'other'));
    await settlePromises();
    expect(gateway.openCount).toBe(3);
    gateway.release();
    await Promise.all(sends);
    expect(gateway.mostOpen).toBe(3);
  });

  test('a request takes no more than 1 MiB', async () => {
    const { producer, gateway } = setupProducer();
    const data = 'x'.repeat(130_000);
    await Promise.all(Array.from({ length: 9 }, () => producer.send(task, data)));
    expect(gateway.bodies.map((bodies) => bodies.length)).toEqual([8, 1]);
  });

  test('what was sent is the data as it was when send() was called', async () => {
    const { producer, gateway } = setupProducer();
    await producer.send(task, 'warm the queue lookup');
    const data = { n: 1 };
    const first = producer.send(task, data);
    data.n = 2;
    await Promise.all([first, producer.send(task, data)]);
    expect(gateway.bodies[1]).toEqual([bodyOf({ n: 1 }), bodyOf({ n: 2 })]);
  });

  test('beyond the bound on messages in memory, sends wait for room, in order', async () => {
    const { producer, gateway } = setupProducer({ options: { maxBufferedMessages: 10 } });
    gateway.hold();
    const sends = Array.from({ length: 25 }, (_, i) => producer.send(task, i));
    await settlePromises();
    expect(gateway.openCount).toBe(1);
    gateway.release();
    await Promise.all(sends);
    expect(gateway.accepted.map((m) => m.body)).toEqual(sends.map((_, i) => bodyOf(i)));
    expect(gateway.requests).toHaveLength(3);
  });
});

describe('failures on a standard queue', () => {
  test('an entry that failed is sent again alone, after a pause; the others are done', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer(['ok', throttled, 'ok']);
    const [a, b, c] = [0, 1, 2].map((i) => producer.send(task, i));
    await Promise.all([a, c]);
    await clock.advance(299);
    expect(gateway.requests).toHaveLength(1);
    await clock.advance(1);
    expect(await b).toEqual({ messageId: 'm-3', queue: 'jobs' });
    expect(gateway.bodies[1]).toEqual([bodyOf(1)]);
  });

  test('an entry at fault is refused by itself, at once', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer(['ok', { code: 'InvalidMessageContents', senderFault: true }, 'ok']);
    const settled = await Promise.allSettled([0, 1, 2].map((i) => producer.send(task, i)));
    expect(settled.map((s) => s.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((settled[1] as PromiseRejectedResult).reason).toMatchObject({
      name: 'SendFailedError',
      code: 'InvalidMessageContents',
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('an entry that the answer leaves out counts as failed', async () => {
    const { producer, gateway, clock } = setupProducer({ options: { maxAttempts: 1 } });
    gateway.answer(['missing', 'ok']);
    const settled = await Promise.allSettled([producer.send(task, 0), producer.send(task, 1)]);
    expect(settled[0]).toMatchObject({ reason: { code: 'MissingFromResponse' } });
    expect(settled[1]?.status).toBe('fulfilled');
    expect(clock.pendingTimers).toBe(0);
  });

  test('an entry is given up after maxAttempts, with pauses that double', async () => {
    const { producer, gateway, clock } = setupProducer({ options: { maxAttempts: 3 } });
    gateway.answer([throttled], [throttled], [throttled]);
    const [settled] = await Promise.all([
      Promise.allSettled([producer.send(task, 0)]),
      clock.advance(300 + 600),
    ]);
    expect(settled[0]).toMatchObject({ reason: expect.any(SendFailedError) as unknown });
    expect(gateway.requests).toHaveLength(3);
  });

  test('a request that fails for a while is sent again with all its entries', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer(passing());
    const sends = Promise.all([producer.send(task, 0), producer.send(task, 1)]);
    await clock.advance(300);
    expect(await sends).toHaveLength(2);
    expect(gateway.bodies).toEqual([
      [bodyOf(0), bodyOf(1)],
      [bodyOf(0), bodyOf(1)],
    ]);
  });

  test('a request that cannot succeed rejects each of its entries at once, with the cause', async () => {
    const { producer, gateway } = setupProducer();
    const cause = new GatewayError({
      kind: 'access-denied',
      operation: 'SendMessageBatch',
      detail: 'no',
    });
    gateway.answer(cause);
    const settled = await Promise.allSettled([producer.send(task, 0), producer.send(task, 1)]);
    expect(settled).toMatchObject([
      { reason: { code: 'access-denied', cause } },
      { reason: { cause } },
    ]);
    expect(gateway.requests).toHaveLength(1);
  });

  test('a request that is refused for one bad entry does not cost the good ones', async () => {
    const { producer, gateway, clock } = setupProducer();
    const invalid = new GatewayError({
      kind: 'invalid-request',
      operation: 'SendMessageBatch',
      detail: 'bad',
    });
    gateway.answer(invalid, ['ok'], invalid, ['ok']);
    const settled = await Promise.allSettled([0, 1, 2].map((i) => producer.send(task, i)));
    expect(settled.map((s) => s.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(gateway.bodies.slice(1)).toEqual([[bodyOf(0)], [bodyOf(1)], [bodyOf(2)]]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a retry holds up nobody', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer([throttled]);
    const slow = producer.send(task, 'slow');
    await settlePromises();
    await producer.send(task, 'quick');
    expect(gateway.accepted.map((m) => m.body)).toEqual([bodyOf('quick')]);
    await clock.advance(300);
    await slow;
  });
});
