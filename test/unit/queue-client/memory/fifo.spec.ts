import { inGroup, setup } from './setup.js';

describe('Memory FIFO queue', () => {
  test('a repeated attempt begins the visibility timeout anew', async () => {
    const { bench, clock } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '30' });
    await queue.send(inGroup('g', 'a'));
    const [first] = await queue.receive({ receiveRequestAttemptId: 'x' });
    await clock.advance(20_000);
    const [again] = await queue.receive({ receiveRequestAttemptId: 'x' });
    await clock.advance(29_999);
    expect(again.systemAttributes.ApproximateReceiveCount).toBe('1');
    expect(await queue.delete(first)).toBe('ok');
  });

  test('a repeated attempt is void after a visibility change', async () => {
    const { bench } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '30' });
    await queue.send(inGroup('g', 'a'));
    const [first] = await queue.receive({ receiveRequestAttemptId: 'x' });
    await queue.changeVisibility(first, 60);
    expect(await queue.receive({ receiveRequestAttemptId: 'x' })).toEqual([]);
  });

  test('a repeated attempt is void after five minutes', async () => {
    const { bench, clock } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '600' });
    await queue.send(inGroup('g', 'a'));
    await queue.receive({ receiveRequestAttemptId: 'x' });
    await clock.advance(300_000);
    expect(await queue.receive({ receiveRequestAttemptId: 'x' })).toEqual([]);
  });

  test('a repeated attempt after its timeout is a new receive', async () => {
    const { bench, clock } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '30' });
    await queue.send(inGroup('g', 'a'));
    const [first] = await queue.receive({ receiveRequestAttemptId: 'x' });
    await clock.advance(30_000);
    const [again] = await queue.receive({ receiveRequestAttemptId: 'x' });
    expect(again.receiptHandle).not.toBe(first.receiptHandle);
    expect(again.systemAttributes.ApproximateReceiveCount).toBe('2');
  });

  test('a group stays closed until the last of a receive is settled', async () => {
    const { bench } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '600' });
    await queue.send(inGroup('g', 'a'), inGroup('g', 'b'), inGroup('g', 'c'));
    const [a, b] = await queue.receive({ maxMessages: 2 });
    await queue.changeVisibility(a, 0);
    expect(await queue.receive()).toEqual([]);
    await queue.changeVisibility(b, 0);
    expect(await queue.bodies()).toEqual(['a', 'b', 'c']);
  });

  test('groups take turns, so a failing one starves no other', async () => {
    const { bench } = setup();
    const queue = await bench.fifo({ VisibilityTimeout: '600' });
    await queue.send(inGroup('bad', 'poison'), inGroup('good', 'a'));
    await queue.changeVisibility(await queue.one(), 0);
    expect((await queue.one()).body).toBe('a');
  });

  test('after a dead letter the rest of its group goes on in the same receive', async () => {
    const { bench } = setup();
    const dead = await bench.fifo();
    const queue = await bench.fifo(await bench.redriveTo(dead, 1));
    await queue.send(inGroup('g', 'a'));
    await queue.changeVisibility(await queue.one(), 0);
    await queue.send(inGroup('g', 'b'), inGroup('g', 'c'));
    expect(await queue.bodies()).toEqual(['b', 'c']);
    expect(await dead.bodies()).toEqual(['a']);
  });
});

describe('Memory standard queue with tenants', () => {
  test('the tenant with fewer messages in flight goes first', async () => {
    const { bench } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '600' });
    await queue.send(...['n1', 'n2', 'n3'].map((body) => ({ body, groupId: 'noisy' })));
    expect(await queue.bodies({ maxMessages: 2 })).toEqual(['n1', 'n2']);
    await queue.send({ body: 'q1', groupId: 'quiet' });
    expect(await queue.bodies({ maxMessages: 1 })).toEqual(['q1']);
  });

  test('one receive is shared out between tenants', async () => {
    const { bench } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '600' });
    await queue.send(...['n1', 'n2', 'n3'].map((body) => ({ body, groupId: 'noisy' })));
    await queue.send({ body: 'q1', groupId: 'quiet' });
    expect(await queue.bodies({ maxMessages: 2 })).toEqual(['n1', 'q1']);
  });

  test('messages without a tenant are never held back', async () => {
    const { bench } = setup();
    const queue = await bench.standard({ VisibilityTimeout: '600' });
    await queue.send('a', 'b', 'c');
    await queue.receive({ maxMessages: 2 });
    await queue.send({ body: 'q1', groupId: 'quiet' });
    expect(await queue.bodies({ maxMessages: 1 })).toEqual(['c']);
  });
});
