import type { Check } from '../check.js';
import { failureOf } from '../probe.js';

export const deadLetterChecks: readonly Check[] = [
  {
    name: 'a message received too often moves to the dead-letter queue',
    async run(bench) {
      const dead = await bench.standard();
      const queue = await bench.standard(await bench.redriveTo(dead, 2));
      const [sent] = await queue.send('poison');
      await queue.changeVisibility(await queue.one(), 0);
      await queue.changeVisibility(await queue.one(), 0);
      expect(await dead.receive()).toEqual([]);
      expect(await queue.receive()).toEqual([]);
      expect((await dead.one()).messageId).toBe(sent.messageId);
    },
  },
  {
    name: 'a dead letter names the queue it came from',
    async run(bench) {
      const dead = await bench.standard();
      const queue = await bench.standard(await bench.redriveTo(dead, 1));
      await queue.send('poison');
      await queue.changeVisibility(await queue.one(), 0);
      await queue.receive();
      expect((await dead.one()).systemAttributes.DeadLetterQueueSourceArn).toBe(
        await queue.attribute('QueueArn'),
      );
    },
  },
  {
    name: 'fifo: a dead letter keeps its group, its deduplication id becomes its message id',
    async run(bench) {
      const dead = await bench.fifo();
      const queue = await bench.fifo(await bench.redriveTo(dead, 1));
      await queue.send({ body: 'a', groupId: 'g', deduplicationId: 'a' });
      await queue.send({ body: 'b', groupId: 'g', deduplicationId: 'b' });
      await queue.changeVisibility(await queue.one(), 0);
      expect((await queue.one()).body).toBe('b');
      const letter = await dead.one();
      expect(letter.systemAttributes.MessageGroupId).toBe('g');
      expect(letter.systemAttributes.MessageDeduplicationId).toBe(letter.messageId);
    },
  },
  {
    name: 'a dead-letter queue lists the queues whose dead letters it gets',
    async run(bench) {
      const dead = await bench.standard();
      const queue = await bench.standard(await bench.redriveTo(dead, 1));
      const urls: string[] = [];
      for await (const url of bench.gateway.listDeadLetterSourceUrls(dead.url)) urls.push(url);
      expect(urls).toEqual([queue.url]);
    },
  },
  {
    name: 'a dead-letter queue of the other type is refused',
    async run(bench) {
      const policy = await bench.redriveTo(await bench.fifo(), 1);
      expect((await failureOf(bench.standard(policy))).kind).toBe('invalid-request');
    },
  },
];
