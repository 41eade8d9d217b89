import type { Check } from '../check.js';

export const fifoChecks: readonly Check[] = [
  {
    name: 'fifo: a receive gives as many as it can of one group, in order',
    async run(bench) {
      const queue = await bench.fifo();
      await queue.send(of('g', 'a'), of('h', 'x'), of('g', 'b'), of('g', 'c'));
      expect(await queue.bodies({ maxMessages: 3 })).toEqual(['a', 'b', 'c']);
    },
  },
  {
    name: 'fifo: messages carry group, deduplication id and a growing sequence number',
    async run(bench) {
      const queue = await bench.fifo();
      const [first, second] = await queue.send(of('g', 'a'), of('h', 'b'));
      const [message] = (await queue.receive()).filter((each) => each.body === 'a');
      expect(message.systemAttributes).toMatchObject({
        MessageGroupId: 'g',
        MessageDeduplicationId: 'id-a',
        SequenceNumber: first.sequenceNumber,
      });
      expect(BigInt(second.sequenceNumber!)).toBeGreaterThan(BigInt(first.sequenceNumber!));
    },
  },
  {
    name: 'fifo: a group is closed while one of it is in flight, others are open',
    async run(bench) {
      const queue = await bench.fifo({ VisibilityTimeout: '60' });
      await queue.send(of('g', 'a'), of('g', 'b'));
      const head = await queue.one();
      await queue.send(of('h', 'x'));
      expect(await queue.bodies()).toEqual(['x']);
      await queue.delete(head);
      expect(await queue.bodies()).toEqual(['b']);
    },
  },
  {
    name: 'fifo: order in a group outlives a visibility timeout',
    async run(bench) {
      const queue = await bench.fifo();
      await queue.send(of('g', 'a'), of('g', 'b'));
      await queue.one();
      await bench.advance(1_000);
      expect((await queue.one()).body).toBe('a');
    },
  },
  {
    name: 'fifo: a deduplication id is taken once, even after its delete',
    async run(bench) {
      const queue = await bench.fifo();
      const [first] = await queue.send(of('g', 'a'));
      await queue.delete(await queue.one());
      const [again] = await queue.send(of('g', 'a'));
      expect(again.messageId).toBe(first.messageId);
      expect(await queue.receive()).toEqual([]);
    },
  },
  {
    name: 'fifo: content-based deduplication compares bodies',
    async run(bench) {
      const queue = await bench.fifo({ ContentBasedDeduplication: 'true' });
      const attributes = { n: { dataType: 'Number', stringValue: '1' } };
      await queue.send({ body: 'a', groupId: 'g' }, { body: 'a', groupId: 'h', attributes });
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'fifo: deduplication scoped to message groups takes an id once a group',
    async run(bench) {
      const queue = await bench.fifo({
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      await queue.send(of('g', 'a'), of('h', 'a'));
      expect(await queue.bodies()).toEqual(['a', 'a']);
    },
  },
  {
    name: 'fifo: a deduplication id is free again after five minutes',
    takesLong: true,
    async run(bench) {
      const queue = await bench.fifo();
      await queue.send(of('g', 'a'));
      await queue.delete(await queue.one());
      await bench.advance(300_000);
      await queue.send(of('g', 'a'));
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'fifo: a message without a group is refused',
    async run(bench) {
      const queue = await bench.fifo();
      expect(await queue.sendCode({ body: 'a', deduplicationId: 'a' })).toBe('MissingParameter');
    },
  },
  {
    name: 'fifo: a message without any deduplication id is refused',
    async run(bench) {
      const queue = await bench.fifo();
      expect(await queue.sendCode({ body: 'a', groupId: 'g' })).toBe('InvalidParameterValue');
    },
  },
  {
    name: 'fifo: a delay of one message is refused',
    async run(bench) {
      const queue = await bench.fifo();
      expect(await queue.sendCode({ ...of('g', 'a'), delaySeconds: 1 })).toBe(
        'InvalidParameterValue',
      );
    },
  },
  {
    name: "fifo: the queue's delay holds for every message",
    async run(bench) {
      const queue = await bench.fifo({ DelaySeconds: '1' });
      await queue.send(of('g', 'a'));
      expect(await queue.receive()).toEqual([]);
      await bench.advance(1_000);
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'fifo: deleting with an expired handle is ReceiptHandleIsInvalid',
    async run(bench) {
      const queue = await bench.fifo();
      await queue.send(of('g', 'a'));
      const message = await queue.one();
      await bench.advance(1_000);
      expect(await queue.delete(message)).toBe('ReceiptHandleIsInvalid');
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'fifo: deleting twice with the same handle is fine',
    async run(bench) {
      const queue = await bench.fifo();
      await queue.send(of('g', 'a'));
      const message = await queue.one();
      expect(await queue.delete(message)).toBe('ok');
      expect(await queue.delete(message)).toBe('ok');
    },
  },
  {
    name: 'fifo: repeating a receive attempt id gives the same messages and handles',
    async run(bench) {
      const queue = await bench.fifo({ VisibilityTimeout: '60' });
      await queue.send(of('g', 'a'), of('g', 'b'));
      const request = { receiveRequestAttemptId: 'attempt-1' };
      const first = await queue.receive(request);
      const again = await queue.receive(request);
      expect(again.map((message) => message.receiptHandle)).toEqual(
        first.map((message) => message.receiptHandle),
      );
      expect(again).toHaveLength(2);
    },
  },
  {
    name: 'fifo: a receive attempt is void once one of its messages was deleted',
    async run(bench) {
      const queue = await bench.fifo({ VisibilityTimeout: '60' });
      await queue.send(of('g', 'a'), of('g', 'b'));
      const request = { receiveRequestAttemptId: 'attempt-1' };
      const [first] = await queue.receive(request);
      await queue.delete(first);
      expect(await queue.receive(request)).toEqual([]);
    },
  },
];

function of(groupId: string, body: string) {
  return { body, groupId, deduplicationId: `id-${body}` };
}
