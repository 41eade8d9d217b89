import type { Check } from '../check.js';
import { codeOf, failureOf } from '../probe.js';

export const settlingChecks: readonly Check[] = [
  {
    name: 'a deleted message never comes again',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      expect(await queue.delete(await queue.one())).toBe('ok');
      await bench.advance(1_000);
      expect(await queue.receive()).toEqual([]);
    },
  },
  {
    name: 'deleting twice with the same handle is fine',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const message = await queue.one();
      expect(await queue.delete(message)).toBe('ok');
      expect(await queue.delete(message)).toBe('ok');
    },
  },
  {
    name: 'standard: the newest handle deletes after its visibility timeout',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const message = await queue.one();
      await bench.advance(1_000);
      expect(await queue.delete(message)).toBe('ok');
      expect(await queue.receive()).toEqual([]);
    },
  },
  {
    name: "standard: an earlier receive's handle answers OK and deletes nothing",
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const old = await queue.one();
      await queue.changeVisibility(old, 0);
      await queue.one();
      expect(await queue.delete(old)).toBe('ok');
      await bench.advance(1_000);
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'deleting with something that is no handle is ReceiptHandleIsInvalid',
    async run(bench) {
      const queue = await bench.standard();
      const results = await bench.gateway.deleteBatch(queue.url, ['garbage']);
      expect(results.map(codeOf)).toEqual(['ReceiptHandleIsInvalid']);
    },
  },
  {
    name: 'a delete batch answers each entry in its place',
    async run(bench) {
      const queue = await bench.standard({ VisibilityTimeout: '60' });
      await queue.send('a', 'b');
      const handles = (await queue.receive()).map((message) => message.receiptHandle);
      const results = await bench.gateway.deleteBatch(queue.url, [
        handles[0],
        'garbage',
        handles[1],
      ]);
      expect(results.map((result) => result.ok)).toEqual([true, false, true]);
      expect(await queue.attribute('ApproximateNumberOfMessagesNotVisible')).toBe('0');
    },
  },
  {
    name: 'an empty batch answers nothing',
    async run(bench) {
      const queue = await bench.standard();
      expect(await bench.gateway.sendBatch(queue.url, [])).toEqual([]);
      expect(await bench.gateway.deleteBatch(queue.url, [])).toEqual([]);
      expect(await bench.gateway.changeVisibilityBatch(queue.url, [])).toEqual([]);
    },
  },
  {
    name: 'calls on a missing queue are queue-not-found',
    async run(bench) {
      const queue = await bench.standard();
      const missing = `${queue.url}-missing`;
      const calls = [
        bench.gateway.sendBatch(missing, [{ body: 'a' }]),
        bench.gateway.receive(missing, { maxMessages: 1, waitTimeSeconds: 0 }),
        bench.gateway.getQueueAttributes(missing),
      ];
      const errors = await Promise.all(calls.map(failureOf));
      expect(errors.map((error) => error.kind)).toEqual(calls.map(() => 'queue-not-found'));
    },
  },
];
