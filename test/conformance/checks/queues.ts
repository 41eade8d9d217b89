import { type Check, uniqueName } from '../check.js';
import { allOf, failureOf } from '../probe.js';

export const queueChecks: readonly Check[] = [
  {
    name: 'creating again with the same attributes answers the same URL',
    async run(bench) {
      const first = await bench.standard({ DelaySeconds: '3' });
      const again = await bench.gateway.createQueue(first.name, {
        attributes: { DelaySeconds: '3' },
      });
      expect(again).toBe(first.url);
    },
  },
  {
    name: 'creating again with other attributes is a conflict',
    async run(bench) {
      const { name } = await bench.standard({ DelaySeconds: '3' });
      const error = await failureOf(
        bench.gateway.createQueue(name, { attributes: { DelaySeconds: '4' } }),
      );
      expect(error.kind).toBe('conflict');
      expect(error.code).toMatch(/QueueNameExists$/);
    },
  },
  {
    name: 'a queue is found by its name',
    async run(bench) {
      const queue = await bench.standard();
      expect(await bench.gateway.getQueueUrl(queue.name)).toBe(queue.url);
    },
  },
  {
    name: 'a name that is no queue is queue-not-found',
    async run(bench) {
      expect((await failureOf(bench.gateway.getQueueUrl(uniqueName()))).kind).toBe(
        'queue-not-found',
      );
    },
  },
  {
    name: 'a deleted queue is queue-not-found',
    async run(bench) {
      const queue = await bench.standard();
      await bench.gateway.deleteQueue(queue.url);
      expect((await failureOf(queue.receive())).kind).toBe('queue-not-found');
    },
  },
  {
    name: 'lists the queues of a prefix and no others',
    async run(bench) {
      const one = await bench.standard();
      const two = await bench.create(`${one.name}-more`, {});
      await bench.standard();
      const listed = await allOf(bench.gateway.listQueueUrls(one.name));
      expect(listed.toSorted()).toEqual([one.url, two.url].toSorted());
    },
  },
  {
    name: 'gives all attributes, or those asked for',
    async run(bench) {
      const queue = await bench.standard();
      const all = await bench.gateway.getQueueAttributes(queue.url);
      expect(all['QueueArn']).toMatch(new RegExp(`^arn:.*:${queue.name}$`));
      expect(all['VisibilityTimeout']).toBe('1');
      expect(Number(all['CreatedTimestamp'])).toBeGreaterThan(0);
      expect(Number(all['LastModifiedTimestamp'])).toBeGreaterThan(0);
      expect(all['MaximumMessageSize']).toBe('1048576');
      expect(await bench.gateway.getQueueAttributes(queue.url, ['DelaySeconds'])).toEqual({
        DelaySeconds: '0',
      });
    },
  },
  {
    name: 'counts visible, delayed and in-flight messages',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a', 'b', { body: 'later', delaySeconds: 60 });
      await queue.one({ visibilityTimeoutSeconds: 60 });
      expect(
        await bench.gateway.getQueueAttributes(queue.url, [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ]),
      ).toEqual({
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
        ApproximateNumberOfMessagesDelayed: '1',
      });
    },
  },
  {
    name: 'a changed attribute applies and is shown',
    async run(bench) {
      const queue = await bench.standard();
      await bench.gateway.setQueueAttributes(queue.url, { VisibilityTimeout: '7' });
      expect(await queue.attribute('VisibilityTimeout')).toBe('7');
    },
  },
  {
    name: 'an attribute out of range is refused',
    async run(bench) {
      const queue = await bench.standard();
      const error = await failureOf(
        bench.gateway.setQueueAttributes(queue.url, { VisibilityTimeout: '43201' }),
      );
      expect(error.kind).toBe('invalid-request');
    },
  },
  {
    name: 'accepts a redrive allow policy',
    async run(bench) {
      const queue = await bench.standard();
      const policy = JSON.stringify({ redrivePermission: 'denyAll' });
      await bench.gateway.setQueueAttributes(queue.url, { RedriveAllowPolicy: policy });
      expect(JSON.parse(await queue.attribute('RedriveAllowPolicy'))).toEqual({
        redrivePermission: 'denyAll',
      });
    },
  },
  {
    name: 'keeps tags',
    async run(bench) {
      const queue = await bench.standard();
      await bench.gateway.tagQueue(queue.url, { team: 'mail' });
      await bench.gateway.tagQueue(queue.url, { tier: 'one' });
      expect(await bench.gateway.listQueueTags(queue.url)).toEqual({ team: 'mail', tier: 'one' });
    },
  },
  {
    name: 'a purge empties the queue',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a', 'b');
      await bench.gateway.purgeQueue(queue.url);
      expect(await queue.bodies()).toEqual([]);
    },
  },
  {
    name: 'a second purge within a minute is a conflict',
    async run(bench) {
      const queue = await bench.standard();
      await bench.gateway.purgeQueue(queue.url);
      const error = await failureOf(bench.gateway.purgeQueue(queue.url));
      expect(error.kind).toBe('conflict');
      expect(error.code).toMatch(/PurgeQueueInProgress$/);
    },
  },
];
