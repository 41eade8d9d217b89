import type { Check } from '../check.js';

export const visibilityChecks: readonly Check[] = [
  {
    name: 'a received message is hidden until its visibility timeout ends',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const first = await queue.one();
      expect(await queue.receive()).toEqual([]);
      await bench.advance(1_000);
      const second = await queue.one();
      expect(second.messageId).toBe(first.messageId);
      expect(second.receiptHandle).not.toBe(first.receiptHandle);
      expect(second.systemAttributes.ApproximateReceiveCount).toBe('2');
      expect(second.systemAttributes.ApproximateFirstReceiveTimestamp).toBe(
        first.systemAttributes.ApproximateFirstReceiveTimestamp,
      );
    },
  },
  {
    name: 'a receive may set its own visibility timeout',
    async run(bench) {
      const queue = await bench.standard({ VisibilityTimeout: '60' });
      await queue.send('a');
      await queue.one({ visibilityTimeoutSeconds: 1 });
      await bench.advance(1_000);
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'a longer visibility timeout keeps the message hidden',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      expect(await queue.changeVisibility(await queue.one(), 60)).toBe('ok');
      await bench.advance(1_000);
      expect(await queue.receive()).toEqual([]);
    },
  },
  {
    name: 'a visibility timeout of 0 gives the message back at once',
    async run(bench) {
      const queue = await bench.standard({ VisibilityTimeout: '60' });
      await queue.send('a');
      expect(await queue.changeVisibility(await queue.one(), 0)).toBe('ok');
      expect((await queue.one()).systemAttributes.ApproximateReceiveCount).toBe('2');
    },
  },
  {
    name: 'a changed visibility is for that receive only',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      await queue.changeVisibility(await queue.one(), 2);
      await bench.advance(2_000);
      await queue.one();
      await bench.advance(1_000);
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'changing visibility of a message that is not in flight is MessageNotInflight',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const message = await queue.one();
      await bench.advance(1_000);
      expect(await queue.changeVisibility(message, 5)).toMatch(/MessageNotInflight$/);
    },
  },
  {
    name: 'changing visibility with the handle of an earlier receive is refused',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const old = await queue.one();
      await queue.changeVisibility(old, 0);
      await queue.one({ visibilityTimeoutSeconds: 60 });
      expect(await queue.changeVisibility(old, 5)).toBe('ReceiptHandleIsInvalid');
    },
  },
  {
    name: 'changing visibility with something that is no handle is ReceiptHandleIsInvalid',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      const message = { ...(await queue.one()), receiptHandle: 'garbage' };
      expect(await queue.changeVisibility(message, 5)).toBe('ReceiptHandleIsInvalid');
    },
  },
  {
    name: 'visibility reaches twelve hours from the receive and not further',
    takesLong: true,
    async run(bench) {
      const queue = await bench.standard({ VisibilityTimeout: '7200' });
      await queue.send('a');
      const message = await queue.one();
      await bench.advance(3_600_000);
      expect(await queue.changeVisibility(message, 39_601)).toBe('InvalidParameterValue');
      expect(await queue.changeVisibility(message, 39_600)).toBe('ok');
    },
  },
];
