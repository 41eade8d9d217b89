import type { Bench, Check } from '../check.js';
import { failureOf, type Probe } from '../probe.js';

export const moveTaskChecks: readonly Check[] = [
  {
    name: 'a move task brings dead letters back to where they came from',
    async run(bench) {
      const { queue, dead, letterId } = await withDeadLetter(bench);
      const sourceArn = await dead.attribute('QueueArn');
      await bench.gateway.startMoveTask({ sourceArn });
      await bench.advance(2_000);
      const message = await queue.one();
      expect(message.body).toBe('poison');
      expect(message.messageId).not.toBe(letterId);
      const [task] = await bench.gateway.listMoveTasks(sourceArn);
      expect(task).toMatchObject({ status: 'COMPLETED', sourceArn, movedCount: 1 });
      expect(task.taskHandle).toBeUndefined();
    },
  },
  {
    name: 'a move task may have another destination',
    async run(bench) {
      const { dead } = await withDeadLetter(bench);
      const other = await bench.standard();
      const sourceArn = await dead.attribute('QueueArn');
      const destinationArn = await other.attribute('QueueArn');
      await bench.gateway.startMoveTask({ sourceArn, destinationArn });
      await bench.advance(2_000);
      expect(await other.bodies()).toEqual(['poison']);
    },
  },
  {
    name: 'a move task needs a dead-letter queue as its source',
    async run(bench) {
      const queue = await bench.standard();
      const sourceArn = await queue.attribute('QueueArn');
      expect((await failureOf(bench.gateway.startMoveTask({ sourceArn }))).kind).toBe(
        'invalid-request',
      );
    },
  },
  {
    name: 'a running move task is the only one of its source, and can be cancelled',
    async run(bench) {
      const { dead } = await withDeadLetter(bench);
      await dead.send('b', 'c', 'd');
      const sourceArn = await dead.attribute('QueueArn');
      const request = { sourceArn, maxMessagesPerSecond: 1 };
      const handle = await bench.gateway.startMoveTask(request);
      await failureOf(bench.gateway.startMoveTask(request));
      expect(await bench.gateway.cancelMoveTask(handle)).toBeLessThan(4);
      const [task] = await bench.gateway.listMoveTasks(sourceArn);
      expect(task.status).toMatch(/^CANCELL/);
    },
  },
];

async function withDeadLetter(
  bench: Bench,
): Promise<{ queue: Probe; dead: Probe; letterId: string }> {
  const dead = await bench.standard();
  const queue = await bench.standard(await bench.redriveTo(dead, 1));
  const [{ messageId }] = await queue.send('poison');
  await queue.changeVisibility(await queue.one(), 0);
  await queue.receive();
  return { queue, dead, letterId: messageId };
}
