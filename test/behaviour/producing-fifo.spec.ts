import { FifoOrderError, GatewayError } from '../../lib/contracts/index.js';
import { settlePromises } from '../../lib/primitives/manual-clock.js';
import { bodyOf, setupProducer } from '../support/producer.js';

const ordered = { queue: 'orders.fifo', pattern: 'p' };
const throttled = { code: 'ThrottlingException' };
const passing = () =>
  new GatewayError({ kind: 'unavailable', operation: 'SendMessageBatch', detail: 'down' });

describe('FIFO', () => {
  test('a group has one request in flight, other groups go on', async () => {
    const { producer, gateway } = setupProducer();
    gateway.hold();
    const sends = Array.from({ length: 12 }, (_, i) => producer.send(ordered, i, { groupId: 'a' }));
    await settlePromises();
    expect(gateway.openCount).toBe(1);
    const others = Array.from({ length: 10 }, (_, i) =>
      producer.send(ordered, `b${i}`, { groupId: 'b' }),
    );
    await settlePromises();
    expect(gateway.openCount).toBe(2);
    gateway.release();
    await Promise.all([...sends, ...others]);
    const ofA = gateway.accepted.filter((m) => m.groupId === 'a').map((m) => m.body);
    expect(ofA).toEqual(sends.map((_, i) => bodyOf(i)));
  });

  test('each send has a deduplication id of its own, kept over retries', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer(passing());
    const sends = Promise.all([0, 1].map((i) => producer.send(ordered, i, { groupId: 'a' })));
    await clock.advance(300);
    const [first] = await sends;
    expect(first).toEqual({ messageId: 'm-1', sequenceNumber: '1', queue: 'orders.fifo' });
    const ids = gateway.requests.map((r) => r.entries.map((e) => e.deduplicationId));
    expect(ids[1]).toEqual(ids[0]);
    expect(new Set(ids[0]).size).toBe(2);
    expect(ids[0]?.[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a queue that deduplicates by content gets no id, unless the send gives one', async () => {
    const handles = { 'orders.fifo': { contentBasedDeduplication: true } };
    const { producer, gateway } = setupProducer({ handles });
    await producer.send(ordered, 0, { groupId: 'a' });
    await producer.send(ordered, 0, { groupId: 'a', deduplicationId: 'mine' });
    expect(gateway.accepted.map((m) => m.deduplicationId)).toEqual([undefined, 'mine']);
  });

  test('an entry that failed with all behind it is sent again in order', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer(['ok', throttled, throttled]);
    const sends = Promise.all([0, 1, 2].map((i) => producer.send(ordered, i, { groupId: 'a' })));
    await settlePromises();
    const later = producer.send(ordered, 3, { groupId: 'a' });
    await settlePromises();
    expect(gateway.requests).toHaveLength(1);
    await clock.advance(300);
    await Promise.all([sends, later]);
    expect(gateway.bodies[1]).toEqual([bodyOf(1), bodyOf(2), bodyOf(3)]);
  });

  test('an entry whose successor was accepted is never sent behind it, nor is what waits', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.hold().answer(['ok', throttled, 'ok', 'ok']);
    const sends = [0, 1, 2].map((i) => producer.send(ordered, i, { groupId: 'a' }));
    const other = producer.send(ordered, 'b', { groupId: 'b' });
    await settlePromises();
    const waiting = producer.send(ordered, 3, { groupId: 'a' });
    await settlePromises();
    gateway.release();
    const settled = await Promise.allSettled([...sends, waiting]);
    expect(settled.map((s) => s.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    for (const i of [1, 3])
      expect(settled[i]).toMatchObject({ reason: expect.any(FifoOrderError) as unknown });
    expect(settled[3]).toMatchObject({
      reason: { groupId: 'a', cause: { code: 'ThrottlingException' } },
    });
    await other;
    await producer.send(ordered, 'again', { groupId: 'a' });
    expect(gateway.accepted.map((m) => m.body)).toEqual([
      bodyOf(0),
      bodyOf(2),
      bodyOf('b'),
      bodyOf('again'),
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('an entry that is given up takes what waits behind it along', async () => {
    const { producer, gateway } = setupProducer({ options: { maxAttempts: 1, strictOrder: true } });
    gateway.answer([throttled]);
    const settled = await Promise.allSettled(
      [0, 1].map((i) => producer.send(ordered, i, { groupId: 'a' })),
    );
    expect(settled).toMatchObject([
      { reason: { name: 'SendFailedError' } },
      { reason: { name: 'FifoOrderError' } },
    ]);
    expect(gateway.requests).toHaveLength(1);
  });

  test('an entry at fault is refused alone', async () => {
    const { producer, gateway } = setupProducer();
    gateway.answer(['ok', { code: 'InvalidMessageContents', senderFault: true }, 'ok']);
    const settled = await Promise.allSettled(
      [0, 1, 2].map((i) => producer.send(ordered, i, { groupId: 'a' })),
    );
    expect(settled.map((s) => s.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('strictOrder puts one entry of a group in a request', async () => {
    const { producer, gateway } = setupProducer({ options: { strictOrder: true } });
    const sends = ['a', 'b'].flatMap((groupId) =>
      [0, 1].map((i) => producer.send(ordered, `${groupId}${i}`, { groupId })),
    );
    await Promise.all(sends);
    expect(gateway.bodies).toEqual([
      [bodyOf('a0'), bodyOf('b0')],
      [bodyOf('a1'), bodyOf('b1')],
    ]);
  });

  test('with strictOrder a failed entry is sent again before its successors', async () => {
    const { producer, gateway, clock } = setupProducer({ options: { strictOrder: true } });
    gateway.answer([throttled]);
    const sends = Promise.all([0, 1, 2].map((i) => producer.send(ordered, i, { groupId: 'a' })));
    await clock.advance(300);
    await sends;
    expect(gateway.accepted.map((m) => m.body)).toEqual([bodyOf(0), bodyOf(1), bodyOf(2)]);
  });

  test('many groups share requests', async () => {
    const { producer, gateway } = setupProducer();
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => producer.send(ordered, i, { groupId: `g${i}` })),
    );
    expect(gateway.requests).toHaveLength(10);
  });
});
