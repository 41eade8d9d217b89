import { codeOf, failureOf } from '../../../conformance/probe.js';
import { inGroup, setup } from './setup.js';

const HOUR = 3_600_000;

describe('Memory queue rules that take long', () => {
  test('twelve hours count from the receive, not from the last extension', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '43200' });
    await queue.send('a');
    const message = await queue.one();
    await clock.advance(6 * HOUR);
    expect(await queue.changeVisibility(message, 6 * 3_600)).toBe('ok');
    expect(await queue.changeVisibility(message, 6 * 3_600 + 1)).toBe('InvalidParameterValue');
    await clock.advance(6 * HOUR);
    expect(await queue.bodies()).toEqual(['a']);
  });

  test('a refused extension leaves the timeout as it was', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '10' });
    await queue.send('a');
    const message = await queue.one();
    await clock.advance(5_000);
    await queue.changeVisibility(message, 43_200);
    await clock.advance(4_999);
    expect(await queue.receive()).toEqual([]);
    await clock.advance(1);
    expect(await queue.bodies()).toEqual(['a']);
  });

  test('a standard handle older than twelve hours is refused', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard();
    await queue.send('a');
    const message = await queue.one();
    await clock.advance(12 * HOUR + 1);
    expect(await queue.delete(message)).toBe('ReceiptHandleIsInvalid');
  });

  test('messages are gone when the retention is over, in flight too', async () => {
    const { bench, clock, service } = setup();
    const queue = await bench.standard({ MessageRetentionPeriod: '60', VisibilityTimeout: '600' });
    await queue.send('a', 'b');
    await queue.one();
    await clock.advance(59_999);
    expect(service.messages(queue.name)).toHaveLength(2);
    await clock.advance(1);
    expect(service.messages(queue.name)).toEqual([]);
    expect(service.stats(queue.name).expired).toBe(2);
  });

  test('the retention of a dead letter counts from its first sending', async () => {
    const { bench, clock, service } = setup();
    const dead = await bench.standard({ MessageRetentionPeriod: '100' });
    const queue = await bench.standard(await bench.redriveTo(dead, 1));
    await queue.send('a');
    await queue.one();
    await clock.advance(60_000);
    await queue.receive();
    expect(service.messages(dead.name)).toHaveLength(1);
    await clock.advance(40_000);
    expect(service.messages(dead.name)).toEqual([]);
  });

  test('the retention of a FIFO dead letter begins anew', async () => {
    const { bench, clock, service } = setup();
    const dead = await bench.fifo({ MessageRetentionPeriod: '100' });
    const queue = await bench.fifo(await bench.redriveTo(dead, 1));
    await queue.send(inGroup('g', 'a'));
    await queue.one();
    await clock.advance(60_000);
    await queue.receive();
    await clock.advance(99_999);
    expect(service.messages(dead.name)).toHaveLength(1);
    await clock.advance(1);
    expect(service.messages(dead.name)).toEqual([]);
  });

  test('a deduplication id is remembered for five minutes to the millisecond', async () => {
    const { bench, clock } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '43200' });
    await clock.advance(250_000);
    const [first] = await queue.send(inGroup('g', 'a'));
    await clock.advance(299_999);
    const [second] = await queue.send(inGroup('g', 'a'));
    await clock.advance(1);
    const [third] = await queue.send(inGroup('g', 'a'));
    expect(second.messageId).toBe(first.messageId);
    expect(third.messageId).not.toBe(first.messageId);
  });

  test('the in-flight limit refuses receives on a standard queue', async () => {
    const { bench } = setup({ inFlightLimit: 2 });
    const queue = await bench.standard();
    await queue.send('a', 'b', 'c');
    const [first] = await queue.receive();
    const error = await failureOf(queue.receive());
    expect(error).toMatchObject({ kind: 'over-limit', code: 'OverLimit' });
    await queue.delete(first);
    expect(await queue.bodies()).toEqual(['c']);
  });

  test('the in-flight limit makes receives empty on a FIFO queue', async () => {
    const { bench } = setup({ inFlightLimit: 1 });
    const queue = await bench.fifo();
    await queue.send(inGroup('g', 'a'), inGroup('h', 'b'));
    await queue.one();
    expect(await queue.receive()).toEqual([]);
  });

  test.each([
    { expiredHandles: 'refuse', codes: ['MessageNotInflight', 'ReceiptHandleIsInvalid'] },
    { expiredHandles: 'ignore', codes: ['ok', 'ok'] },
  ] as const)(
    'a visibility change by a handle that has expired changes nothing: $expiredHandles',
    async ({ expiredHandles, codes }) => {
      const { bench, clock } = setup({ expiredHandles });
      const queue = await bench.standard({ VisibilityTimeout: '10' });
      await queue.send('a');
      const first = await queue.one();
      await clock.advance(10_000);
      const visible = await queue.changeVisibility(first, 100);
      const second = await queue.one();
      const elsewhere = await queue.changeVisibility(first, 100);
      expect([visible, elsewhere]).toEqual(codes);
      await clock.advance(9_999);
      expect(await queue.changeVisibility(second, 10)).toBe('ok');
      await clock.advance(10_000);
      expect(await queue.bodies()).toEqual(['a']);
    },
  );

  test('a visibility change of a message that was deleted is refused either way', async () => {
    const { bench } = setup({ expiredHandles: 'ignore' });
    const queue = await bench.standard();
    await queue.send('a');
    const message = await queue.one();
    await queue.delete(message);
    expect(await queue.changeVisibility(message, 10)).toBe('InvalidParameterValue');
  });

  test('a handle of another queue is refused', async () => {
    const { bench, gateway } = setup();
    const [one, two] = [await bench.standard(), await bench.standard()];
    await one.send('a');
    const { receiptHandle } = await one.one();
    const results = await gateway.deleteBatch(two.url, [receiptHandle]);
    expect(results.map(codeOf)).toEqual(['ReceiptHandleIsInvalid']);
  });

  test('a dead-letter queue may refuse a source', async () => {
    const { bench } = setup();
    const dead = await bench.standard({
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'denyAll' }),
    });
    const policy = await bench.redriveTo(dead, 1);
    expect((await failureOf(bench.standard(policy))).kind).toBe('invalid-request');
  });

  test('a listed queue beyond the first thousand is not forgotten', async () => {
    const { bench, gateway, service } = setup();
    for (let i = 0; i < 1_001; i++) await gateway.createQueue(`many-${i}`);
    await bench.standard();
    let count = 0;
    for await (const url of gateway.listQueueUrls('many-')) count += url === '' ? 0 : 1;
    expect(count).toBe(1_001);
    expect(service.calls.of('ListQueues')).toBe(2);
  });
});
