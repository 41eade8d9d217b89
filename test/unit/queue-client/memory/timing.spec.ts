import { MemoryGateway } from '../../../../lib/queue-client/memory/index.js';
import { failureOf } from '../../../conformance/probe.js';
import { inGroup, setup } from './setup.js';

describe('Memory queue on a manual clock', () => {
  test('a visibility timeout ends on the millisecond', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '30' });
    await queue.send('a');
    await queue.one();
    await clock.advance(29_999);
    expect(await queue.receive()).toEqual([]);
    await clock.advance(1);
    expect(await queue.bodies()).toEqual(['a']);
  });

  test('a long poll ends on the millisecond, and leaves no timer', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard();
    let answered = false;
    const poll = queue.receive({ waitTimeSeconds: 20 }).then(() => (answered = true));
    await clock.advance(19_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    await poll;
    expect(clock.pendingTimers).toBe(0);
  });

  test('no timer runs where messages wait but nobody does', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard();
    await queue.send('a', { body: 'b', delaySeconds: 60 });
    await queue.one();
    expect(clock.pendingTimers).toBe(0);
  });

  test('any number of polls and messages share one timer', async () => {
    const { bench, clock } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '600' });
    for (let i = 0; i < 10; i++) await queue.send({ body: `${i}`, delaySeconds: i + 1 });
    const polls = Array.from({ length: 10 }, () =>
      queue.bodies({ maxMessages: 1, waitTimeSeconds: 20 }),
    );
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(10_000);
    expect(await Promise.all(polls)).toEqual(Array.from({ length: 10 }, (_, i) => [`${i}`]));
    expect(clock.pendingTimers).toBe(0);
  });

  test('polls are served in the order they came', async () => {
    const { bench } = setup();
    const queue = await bench.standard();
    const first = queue.bodies({ maxMessages: 1, waitTimeSeconds: 20 });
    const second = queue.bodies({ maxMessages: 1, waitTimeSeconds: 20 });
    await queue.send('a', 'b');
    expect([await first, await second]).toEqual([['a'], ['b']]);
  });

  test('a delete wakes the poll that waits for the group', async () => {
    const { bench, clock } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '600' });
    await queue.send(inGroup('g', 'a'), inGroup('g', 'b'));
    const head = await queue.one();
    const poll = queue.bodies({ waitTimeSeconds: 20 });
    await clock.advance(5_000);
    await queue.delete(head);
    expect(await poll).toEqual(['b']);
  });

  test('a poll on the dead-letter queue wakes when a letter comes', async () => {
    const { bench } = setup();
    const dead = await bench.standard();
    const queue = await bench.standard(await bench.redriveTo(dead, 1));
    await queue.send('poison');
    await queue.changeVisibility(await queue.one(), 0);
    const poll = dead.bodies({ waitTimeSeconds: 20 });
    await queue.receive();
    expect(await poll).toEqual(['poison']);
  });

  test('closing a gateway ends its polls and no others', async () => {
    const { bench, gateway, service, clock } = setup();
    const other = new MemoryGateway({ service });
    const queue = await bench.standard();
    const mine = gateway.receive(queue.url, { maxMessages: 1, waitTimeSeconds: 20 });
    const others = other.receive(queue.url, { maxMessages: 1, waitTimeSeconds: 20 });
    await gateway.close();
    await gateway.close();
    expect((await failureOf(mine)).kind).toBe('aborted');
    await other.sendBatch(queue.url, [{ body: 'a' }]);
    expect((await others).map((message) => message.body)).toEqual(['a']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('deleting a queue ends the polls on it', async () => {
    const { bench, gateway } = setup();
    const queue = await bench.standard();
    const poll = queue.receive({ waitTimeSeconds: 20 });
    await gateway.deleteQueue(queue.url);
    expect((await failureOf(poll)).kind).toBe('queue-not-found');
  });

  test('a name is free again a minute after its queue was deleted', async () => {
    const { bench, gateway, clock } = setup();
    const queue = await bench.standard();
    await gateway.deleteQueue(queue.url);
    expect((await failureOf(bench.create(queue.name, {}))).code).toBe('QueueDeletedRecently');
    await clock.advance(60_000);
    expect((await bench.create(queue.name, {})).url).toBe(queue.url);
  });

  test('a queue can be purged again after a minute', async () => {
    const { bench, gateway, clock } = setup();
    const queue = await bench.standard();
    await gateway.purgeQueue(queue.url);
    await clock.advance(60_000);
    await expect(gateway.purgeQueue(queue.url)).resolves.toBeUndefined();
  });
});
