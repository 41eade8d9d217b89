import { deadLetter, discard } from '../../lib/consumer/retry/policies.js';
import type { MessageFormat } from '../../lib/contracts/index.js';
import {
  createCodecLookup,
  eventBridge,
  nativeFormat,
  s3Event,
  sns,
  sqspipes,
  sqsWorkers,
  squids,
  taskmaster,
  zcSqs,
} from '../../lib/serialization/index.js';
import { bombs, type Letter } from '../../bench/decoding/bombs.js';
import { collect, drained, memorySetup } from '../support/memory.js';
import { attributesOfTexts } from '../support/recorded.js';

const codecs = createCodecLookup();

/** A bomb for each format and codec, and data as its handlers get them. */
const cases: [bomb: string, format: MessageFormat, data: unknown][] = [
  ['native, data: objects of 30 new fields', nativeFormat, { n: 1 }],
  ['native, data: objects with the key 1023', nativeFormat, { n: 1 }],
  ['native, data: numbers beyond the largest', nativeFormat, { n: 1 }],
  ['native, context: nested arrays', nativeFormat, { n: 1 }],
  ['native, text as pattern: a mix of all', nativeFormat, { n: 1 }],
  ['native, json+deflate of 3000000: single digits', nativeFormat, { n: 1 }],
  ['native, rich: a BigInt of a million digits', nativeFormat, { n: 1 }],
  ['native, rich: a set of numbers that collide', nativeFormat, { n: 1 }],
  ['native, rich: lists that share a list', nativeFormat, { n: 1 }],
  ['native, rich: a sparse array', nativeFormat, { n: 1 }],
  ['squids, args: known fields in all orders', squids(), { args: [1], kwargs: {} }],
  ['taskmaster, kwargs: objects of 30 new fields', taskmaster(), { n: 1 }],
  ['sqspipes, value: a mix of all', sqspipes(), { n: 1 }],
  ['sqs-workers, context: nested arrays', sqsWorkers(), { n: 1 }],
  ['sqs-workers, pickle of 3000000: marks without an end', sqsWorkers(), { n: 1 }],
  ['zc.sqs, args: objects of 30 new fields', zcSqs(), { args: [1], kwargs: {} }],
  ['sns, beside Message: objects of 30 new fields', sns(), { n: 1 }],
  ['event-bridge, detail: known fields in all orders', eventBridge(), { n: 1 }],
  ['s3-event, Records: objects with the key 34', s3Event(), { n: 1 }],
];

describe('A message made to harm', () => {
  test.each(cases)(
    'ends by the policy, and the next one is handled: %s',
    async (name, format, data) => {
      const setup = await memorySetup({ maxReceiveCount: 5 });
      const handled: unknown[] = [];
      const handle = (arrived: unknown) => void handled.push(arrived);
      const worker = setup.worker({
        consume: { onInvalidMessage: deadLetter(), concurrency: 1 },
        handle: { format, codecs },
        handlers: { next: handle, jobs: handle },
      });
      const settled = collect(worker, 'task:settled');
      await setup.gateway.sendBatch(setup.queueUrl, [messageOf(letterOf(name))]);
      await setup.gateway.sendBatch(setup.queueUrl, [
        format.encode({ pattern: 'next', data }, { queue: 'jobs', codec: codecs('json') }),
      ]);
      worker.start();
      await setup.clock.advance(5_000);
      expect(settled.map(({ outcome }) => outcome.kind)).toEqual(['dead-letter', 'success']);
      expect(handled).toEqual([data]);
      const [dead] = setup.service.messages('dead');
      expect(dead?.body).toBe(letterOf(name).body);
      await drained(setup, worker);
    },
  );

  test('is discarded where that is the policy, and its reason is short', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({
      consume: { onInvalidMessage: discard() },
      handle: { format: nativeFormat, codecs },
      handlers: { next: () => {} },
    });
    const settled = collect(worker, 'task:settled');
    await setup.gateway.sendBatch(setup.queueUrl, [
      messageOf(letterOf('native: a long name of a codec')),
    ]);
    worker.start();
    await setup.clock.advance(1_000);
    const [{ outcome }] = settled;
    expect(outcome).toMatchObject({ kind: 'discard' });
    expect(JSON.stringify(outcome).length).toBeLessThan(2_000);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });
});

function letterOf(name: string): Letter {
  const bomb = bombs.find((one) => one.name === name);
  if (bomb === undefined) throw new Error(`no bomb "${name}"`);
  return bomb.make();
}

function messageOf({ body, attributes }: Letter) {
  return { body, attributes: attributesOfTexts(attributes) };
}
