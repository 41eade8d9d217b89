import { failureOf } from '../../../conformance/probe.js';
import { setup } from './setup.js';

describe('Memory move tasks', () => {
  test('move no faster than they were told to', async () => {
    const { gateway, clock, dead, queue, service } = await withLetters(5);
    const sourceArn = await dead.attribute('QueueArn');
    await gateway.startMoveTask({ sourceArn, maxMessagesPerSecond: 2 });
    await clock.advance(1_000);
    expect(service.stats(queue.name).visible).toBe(2);
    await clock.advance(1_499);
    expect((await gateway.listMoveTasks(sourceArn))[0]).toMatchObject({
      status: 'RUNNING',
      movedCount: 4,
      toMoveCount: 5,
    });
    await clock.advance(1);
    const [task] = await gateway.listMoveTasks(sourceArn);
    expect(task).toMatchObject({ status: 'COMPLETED', movedCount: 5 });
    expect(clock.pendingTimers).toBe(0);
  });

  test('wake a poll on the queue that they move to', async () => {
    const { gateway, clock, dead, queue } = await withLetters(1);
    const poll = queue.bodies({ waitTimeSeconds: 20 });
    const sourceArn = await dead.attribute('QueueArn');
    await gateway.startMoveTask({ sourceArn, maxMessagesPerSecond: 1 });
    await clock.advance(1_000);
    expect(await poll).toEqual(['0']);
  });

  test('give a message a new id, a new time and a fresh receive count', async () => {
    const { gateway, clock, dead, queue } = await withLetters(1);
    await gateway.startMoveTask({ sourceArn: await dead.attribute('QueueArn') });
    await clock.advance(5_000);
    const message = await queue.one();
    expect(message.systemAttributes).toMatchObject({
      ApproximateReceiveCount: '1',
      SentTimestamp: String(clock.wallNow() - 4_900),
    });
    expect(message.systemAttributes.DeadLetterQueueSourceArn).toBeUndefined();
  });

  test('fail where a message came from no queue', async () => {
    const { gateway, clock, dead } = await withLetters(0);
    await dead.send('sent by hand');
    const sourceArn = await dead.attribute('QueueArn');
    await gateway.startMoveTask({ sourceArn });
    await clock.advance(1_000);
    expect(await gateway.listMoveTasks(sourceArn)).toMatchObject([
      { status: 'FAILED', failureReason: 'CouldNotDetermineMessageSource' },
    ]);
  });

  test('keep what they moved when cancelled', async () => {
    const { gateway, clock, dead, queue, service } = await withLetters(3);
    const sourceArn = await dead.attribute('QueueArn');
    const handle = await gateway.startMoveTask({ sourceArn, maxMessagesPerSecond: 1 });
    await clock.advance(1_000);
    expect(await gateway.cancelMoveTask(handle)).toBe(1);
    await clock.advance(10_000);
    expect(service.stats(queue.name).visible).toBe(1);
    expect((await failureOf(gateway.cancelMoveTask(handle))).kind).toBe('queue-not-found');
  });

  test('are listed newest first, ten at most', async () => {
    const { gateway, clock, dead } = await withLetters(0);
    const sourceArn = await dead.attribute('QueueArn');
    for (let i = 0; i < 12; i++) {
      await gateway.startMoveTask({ sourceArn });
      await clock.advance(1_000);
    }
    const started = (await gateway.listMoveTasks(sourceArn)).map((task) => task.startedAt);
    expect(started).toHaveLength(10);
    expect(started).toEqual(started.toSorted((a, b) => b - a));
  });
});

async function withLetters(count: number) {
  const { bench, clock, service, gateway } = setup();
  const dead = await bench.standard();
  const queue = await bench.standard(await bench.redriveTo(dead, 1));
  for (let i = 0; i < count; i++) {
    await queue.send(`${i}`);
    await queue.changeVisibility(await queue.one(), 0);
    await queue.receive();
  }
  return { clock, service, gateway, dead, queue };
}
