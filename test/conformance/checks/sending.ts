import type { OutgoingMessage } from '../../../lib/contracts/gateway.js';
import { SQS_LIMITS } from '../../../lib/contracts/limits.js';
import type { Check } from '../check.js';
import { codeOf, failureOf } from '../probe.js';

export const sendingChecks: readonly Check[] = [
  {
    name: 'what is sent is received: body, attributes, trace of it',
    async run(bench) {
      const queue = await bench.standard();
      const attributes = {
        text: { dataType: 'String.label', stringValue: 'é' },
        count: { dataType: 'Number', stringValue: '42' },
        bytes: { dataType: 'Binary', binaryValue: new Uint8Array([0, 1, 255]) },
      };
      const [sent] = await queue.send({ body: '{"a":"é\\n"}', attributes });
      const message = await queue.one();
      expect(message.messageId).toBe(sent.messageId);
      expect(message.body).toBe('{"a":"é\\n"}');
      expect(message.attributes['text']).toMatchObject(attributes.text);
      expect(message.attributes['count']).toMatchObject(attributes.count);
      expect([...message.attributes['bytes'].binaryValue!]).toEqual([0, 1, 255]);
      expect(message.systemAttributes.ApproximateReceiveCount).toBe('1');
      expect(Number(message.systemAttributes.SentTimestamp)).toBeGreaterThan(0);
      expect(Number(message.systemAttributes.ApproximateFirstReceiveTimestamp)).toBeGreaterThan(0);
    },
  },
  {
    name: 'emoji are legal',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('sent 🚀');
      expect(await queue.bodies()).toEqual(['sent 🚀']);
    },
  },
  {
    name: 'the trace header travels as a system attribute',
    async run(bench) {
      const queue = await bench.standard();
      const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
      await queue.send({ body: 'a', traceHeader });
      expect((await queue.one()).systemAttributes.AWSTraceHeader).toBe(traceHeader);
    },
  },
  {
    name: 'a group id on a standard queue is kept and reported',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send({ body: 'a', groupId: 'tenant-1' });
      expect((await queue.one()).systemAttributes.MessageGroupId).toBe('tenant-1');
    },
  },
  {
    name: 'one bad entry fails alone, in its place',
    async run(bench) {
      const queue = await bench.standard();
      const results = await bench.gateway.sendBatch(queue.url, [
        { body: 'a' },
        { body: 'bad \u0000' },
        { body: 'c' },
      ]);
      expect(results.map(codeOf)).toEqual(['ok', 'InvalidMessageContents', 'ok']);
      expect((await queue.bodies()).toSorted()).toEqual(['a', 'c']);
    },
  },
  {
    name: 'an illegal character is InvalidMessageContents',
    async run(bench) {
      const queue = await bench.standard();
      expect(await queue.sendCode({ body: 'a\uFFFE' })).toBe('InvalidMessageContents');
    },
  },
  {
    name: 'a message of exactly 1 MiB is taken',
    async run(bench) {
      const queue = await bench.standard();
      expect(await queue.sendCode({ body: 'x'.repeat(SQS_LIMITS.messageBytes) })).toBe('ok');
    },
  },
  {
    name: "a message over the queue's own size is refused alone",
    async run(bench) {
      const queue = await bench.standard({ MaximumMessageSize: '1024' });
      expect(await queue.sendCode({ body: 'é'.repeat(512) })).toBe('ok');
      expect(await queue.sendCode({ body: 'é'.repeat(513) })).toBe('InvalidParameterValue');
    },
  },
  {
    name: 'a batch over 1 MiB is refused whole',
    async run(bench) {
      const queue = await bench.standard();
      const body = 'x'.repeat(SQS_LIMITS.messageBytes / 2 + 1);
      const error = await failureOf(bench.gateway.sendBatch(queue.url, [{ body }, { body }]));
      expect(error.kind).toBe('invalid-request');
      expect(error.code).toMatch(/BatchRequestTooLong$/);
    },
  },
  {
    name: 'eleven entries are refused whole',
    async run(bench) {
      const queue = await bench.standard();
      const entries = Array.from({ length: 11 }, (_, i) => ({ body: `${i}` }));
      const error = await failureOf(bench.gateway.sendBatch(queue.url, entries));
      expect(error.kind).toBe('invalid-request');
    },
  },
  {
    name: 'eleven message attributes are refused',
    async run(bench) {
      const queue = await bench.standard();
      expect(await queue.sendCode({ body: 'a', attributes: numbered(11) })).toBe(
        'InvalidParameterValue',
      );
    },
  },
  {
    name: 'ten message attributes are taken',
    async run(bench) {
      const queue = await bench.standard();
      expect(await queue.sendCode({ body: 'a', attributes: numbered(10) })).toBe('ok');
    },
  },
  {
    name: 'a delay over 900 seconds is refused',
    async run(bench) {
      const queue = await bench.standard();
      expect(await queue.sendCode({ body: 'a', delaySeconds: 901 })).toBe('InvalidParameterValue');
    },
  },
  {
    name: 'a delayed message appears when its delay is over',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send({ body: 'later', delaySeconds: 1 }, 'now');
      expect(await queue.bodies({ visibilityTimeoutSeconds: 60 })).toEqual(['now']);
      await bench.advance(1_000);
      expect(await queue.bodies()).toEqual(['later']);
    },
  },
  {
    name: "the queue's delay holds where the message has none of its own",
    async run(bench) {
      const queue = await bench.standard({ DelaySeconds: '1' });
      await queue.send('later', { body: 'now', delaySeconds: 0 });
      expect(await queue.bodies({ visibilityTimeoutSeconds: 60 })).toEqual(['now']);
      await bench.advance(1_000);
      expect(await queue.bodies()).toEqual(['later']);
    },
  },
];

function numbered(count: number): NonNullable<OutgoingMessage['attributes']> {
  const names = Array.from({ length: count }, (_, i) => `a${i}`);
  return Object.fromEntries(names.map((name) => [name, { dataType: 'String', stringValue: 'x' }]));
}
