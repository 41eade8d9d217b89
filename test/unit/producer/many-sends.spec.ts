import { z } from 'zod';
import {
  InvalidFifoIdError,
  InvalidOptionsError,
  PartialSendError,
} from '../../../lib/contracts/index.js';
import { settlePromises } from '../../../lib/primitives/manual-clock.js';
import { defineTask, type SendBatch } from '../../../lib/producer/index.js';
import { bodyOf, setupProducer } from '../../support/producer.js';

const task = { queue: 'jobs', pattern: 'p' };
const ordered = { queue: 'orders.fifo', pattern: 'p' };
const atFault = { code: 'InvalidMessageContents', senderFault: true };

describe('sendMany', () => {
  test('sends any number in as few requests as they need, results in order', async () => {
    const { producer, gateway } = setupProducer();
    const results = await producer.sendMany(
      task,
      Array.from({ length: 25 }, (_, i) => i),
    );
    expect(gateway.requests.map((r) => r.entries.length)).toEqual([10, 10, 5]);
    expect(results.map((r) => r.messageId)).toEqual(
      Array.from({ length: 25 }, (_, i) => `m-${i + 1}`),
    );
  });

  test('sends nothing for no data', async () => {
    const { producer, gateway } = setupProducer();
    expect(await producer.sendMany(task, [])).toEqual([]);
    expect(gateway.requests).toHaveLength(0);
  });

  test('lists both sides, with the data, where some were not sent', async () => {
    const { producer, gateway } = setupProducer();
    gateway.answer(['ok', atFault, 'ok']);
    const datas = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3n }];
    const error: unknown = await producer.sendMany(task, datas).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(PartialSendError);
    const { succeeded, failed } = error as PartialSendError;
    expect(succeeded.map((s) => [s.index, s.data, s.result.messageId])).toEqual([
      [0, datas[0], 'm-1'],
      [2, datas[2], 'm-2'],
    ]);
    expect(failed.map((f) => [f.index, f.data, (f.error as Error).name])).toEqual([
      [1, datas[1], 'SendFailedError'],
      [3, datas[3], 'UnserializableDataError'],
    ]);
    expect((error as Error).message).toContain('2 of 4');
  });

  test('refuses one deduplication id for several messages', async () => {
    const { producer } = setupProducer();
    const options = { groupId: 'g', deduplicationId: 'd' };
    await expect(producer.sendMany(ordered, [1, 2], options)).rejects.toThrow(InvalidFifoIdError);
    expect(await producer.sendMany(ordered, [1], options)).toHaveLength(1);
  });
});

describe('batch', () => {
  test('eleven messages leave as ten, and one at the end', async () => {
    const { producer, gateway } = setupProducer();
    const results = await producer.batch(async (batch) => {
      for (let i = 0; i < 9; i++) batch.add(task, i);
      await settlePromises();
      expect(gateway.requests).toHaveLength(0);
      for (let i = 9; i < 11; i++) batch.add(task, i);
      await settlePromises();
      expect(gateway.requests.map((r) => r.entries.length)).toEqual([10]);
    });
    expect(gateway.requests.map((r) => r.entries.length)).toEqual([10, 1]);
    expect(results.map((r) => r.messageId)).toEqual(results.map((_, i) => `m-${i + 1}`));
  });

  test('messages leave when 1 MiB is full', async () => {
    const { producer, gateway } = setupProducer();
    await producer.batch(async (batch) => {
      for (let i = 0; i < 8; i++) batch.add(task, 'x'.repeat(130_000));
      await settlePromises();
      expect(gateway.requests).toHaveLength(0);
      batch.add(task, 'x'.repeat(130_000));
      await settlePromises();
      expect(gateway.requests.map((r) => r.entries.length)).toEqual([8]);
    });
    expect(gateway.requests.map((r) => r.entries.length)).toEqual([8, 1]);
  });

  test('queues fill their requests apart, and other sends do not wait for the batch', async () => {
    const { producer, gateway } = setupProducer();
    await producer.batch(async (batch) => {
      batch.add(task, 1);
      batch.add({ queue: 'other', pattern: 'p' }, 2);
      await producer.send(task, 'meanwhile');
      expect(gateway.bodies).toEqual([[bodyOf('meanwhile')]]);
    });
    expect(gateway.requests.map((r) => r.queueUrl.split('/').at(-1))).toEqual([
      'jobs',
      'jobs',
      'other',
    ]);
  });

  test('lists both sides where some were not sent', async () => {
    const { producer, gateway } = setupProducer();
    gateway.answer(['ok', atFault]);
    const sending = producer.batch((batch) => [0, 1, 2n].forEach((data) => batch.add(task, data)));
    await expect(sending).rejects.toMatchObject({
      succeeded: [{ index: 0 }],
      failed: [
        { index: 1, data: 1 },
        { index: 2, data: 2n },
      ],
    });
  });

  test('a callback that throws leaves unsent what has not left', async () => {
    const { producer, gateway } = setupProducer();
    const reason = new Error('changed my mind');
    const sending = producer.batch((batch) => {
      batch.add(task, 1);
      throw reason;
    });
    await expect(sending).rejects.toBe(reason);
    await producer.close();
    expect(gateway.requests).toHaveLength(0);
  });

  test('adding after the end is an error', async () => {
    const { producer } = setupProducer();
    let ended: SendBatch | undefined;
    await producer.batch((batch) => void (ended = batch));
    expect(() => ended?.add(task, 1)).toThrow(InvalidOptionsError);
  });
});

describe('bake', () => {
  test('each send of a baked task makes the same message', async () => {
    const { producer, gateway } = setupProducer();
    const job = producer.bake(task, { n: 1 }, { delaySeconds: 3 });
    await job.send();
    await job.send();
    expect(gateway.accepted).toEqual(
      Array.from({ length: 2 }, () => ({ body: bodyOf({ n: 1 }), delaySeconds: 3 })),
    );
  });

  test('can be stored and made again', async () => {
    const { producer, gateway } = setupProducer();
    const contract = defineTask('p', { queue: 'jobs', schema: z.number() });
    const stored = JSON.stringify(producer.bake(contract, 1, { groupId: 't' }));
    expect(JSON.parse(stored)).toEqual({ target: task, data: 1, options: { groupId: 't' } });
    const { target, data, options } = JSON.parse(stored) as ReturnType<typeof producer.bake>;
    await producer.bake(target, data, options).send();
    expect(gateway.accepted).toEqual([{ body: bodyOf(1), groupId: 't' }]);
  });

  test('sends to a FIFO queue have an id each', async () => {
    const { producer, gateway } = setupProducer();
    const job = producer.bake(ordered, 1, { groupId: 'g' });
    await Promise.all([job.send(), job.send()]);
    expect(new Set(gateway.accepted.map((m) => m.deduplicationId)).size).toBe(2);
  });
});

describe('sendRaw', () => {
  test('sends the body byte for byte, with no attribute of ours', async () => {
    const { producer, gateway } = setupProducer({
      serviceName: 'web',
      taskContext: () => ({ a: 1 }),
    });
    await producer.sendRaw('jobs', ' {"x": 1}\n', { attributes: { mine: 'v' } });
    const attributes = { mine: { dataType: 'String', stringValue: 'v' } };
    expect(gateway.accepted).toEqual([{ body: ' {"x": 1}\n', attributes }]);
  });

  test('refuses a body that is no text', async () => {
    const { producer } = setupProducer();
    await expect(producer.sendRaw('jobs', { a: 1 } as unknown as string)).rejects.toThrow(
      InvalidOptionsError,
    );
  });
});
