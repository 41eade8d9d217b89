import { z } from 'zod';
import {
  InvalidOptionsError,
  InvalidTaskDataError,
  MessageTooLargeError,
  QueueNotFoundError,
  UnserializableDataError,
} from '../../../lib/contracts/index.js';

import { defineTask } from '../../../lib/producer/index.js';
import { bodyOf, setupProducer } from '../../support/producer.js';

const task = { queue: 'jobs', pattern: 'p' };
const ordered = { queue: 'orders.fifo', pattern: 'p' };

describe('send', () => {
  test('sends the pattern and the data, and answers where the message is', async () => {
    const { producer, gateway } = setupProducer();
    expect(await producer.send(task, { to: 'é' })).toEqual({ messageId: 'm-1', queue: 'jobs' });
    expect(gateway.accepted).toEqual([{ body: '{"pattern":"p","data":{"to":"é"}}' }]);
  });

  test('copies every option onto the message', async () => {
    const { producer, gateway } = setupProducer();
    await producer.send(task, 1, {
      delaySeconds: 5,
      groupId: 'tenant',
      traceHeader: 'Root=1',
      attributes: {
        text: 'v',
        number: 1.5,
        bytes: new Uint8Array([1]),
        whole: { dataType: 'Number.int', stringValue: '7' },
      },
    });
    expect(gateway.accepted).toEqual([
      {
        body: bodyOf(1),
        delaySeconds: 5,
        groupId: 'tenant',
        traceHeader: 'Root=1',
        attributes: {
          text: { dataType: 'String', stringValue: 'v' },
          number: { dataType: 'Number', stringValue: '1.5' },
          bytes: { dataType: 'Binary', binaryValue: new Uint8Array([1]) },
          whole: { dataType: 'Number.int', stringValue: '7' },
        },
      },
    ]);
  });

  test('refuses an option that it does not know, and guesses what was meant', async () => {
    const { producer, gateway } = setupProducer();
    const misspelt = { delaySecond: 5 } as object;
    await expect(producer.send(task, 1, misspelt)).rejects.toThrow(
      'Unknown option delaySecond; did you mean delaySeconds?',
    );
    expect(gateway.accepted).toEqual([]);
  });

  test('names the service that sends, where it has a name', async () => {
    const { producer, gateway } = setupProducer({ serviceName: 'web' });
    await producer.send(task, 1);
    await producer.send(task, 1, { attributes: { service_name: 'other' } });
    const names = gateway.accepted.map((m) => m.attributes?.service_name?.stringValue);
    expect(names).toEqual(['web', 'other']);
  });

  test('carries the running task context with what the send adds', async () => {
    const running = { user: 'ann', trace: 't' };
    const { producer, gateway } = setupProducer({ taskContext: () => running });
    await producer.send(task, 1, { taskContext: { user: 'bob' } });
    expect(JSON.parse(gateway.accepted[0]?.body ?? '')).toMatchObject({
      context: { user: 'bob', trace: 't' },
    });
  });

  test('writes no context where there is none', async () => {
    const { producer, gateway } = setupProducer({ taskContext: () => ({}) });
    await producer.send(task, 1);
    expect(gateway.accepted[0]?.body).toBe(bodyOf(1));
  });

  test.each([
    ['data that JSON cannot carry', { big: 1n }, {}, UnserializableDataError],
    ['too much data', 'x'.repeat(1_048_577), {}, MessageTooLargeError],
    ['an unknown codec', 1, { codec: 'pickle' }, InvalidOptionsError],
  ])('refuses %s before any request', async (_, data, options, errorClass) => {
    const { producer, gateway } = setupProducer();
    await expect(producer.send(task, data, options)).rejects.toThrow(errorClass);
    expect(gateway.requests).toHaveLength(0);
  });

  test('uses the codec that the send names', async () => {
    const { producer, gateway } = setupProducer();
    await producer.send(task, 1n, { codec: 'lenient' });
    expect(gateway.accepted[0]?.body).toBe(bodyOf('1'));
  });

  test('a queue that is not there is looked for again by the next send', async () => {
    const { producer, lookups } = setupProducer();
    const lost = { queue: 'missing', pattern: 'p' };
    await expect(producer.send(lost, 1)).rejects.toThrow(QueueNotFoundError);
    await expect(producer.send(lost, 1)).rejects.toThrow(QueueNotFoundError);
    expect(lookups).toEqual(['missing', 'missing']);
  });

  test('a queue is looked up once, however many sends want it', async () => {
    const { producer, lookups } = setupProducer();
    await Promise.all([1, 2].map((n) => producer.send(task, n)));
    await producer.send(task, 3);
    expect(lookups).toEqual(['jobs']);
  });

  test('keeps the order of a group while one send is made ready longer than the next', async () => {
    const schema = z.number().refine(async (n) => {
      for (let i = 0; i < (n === 0 ? 50 : 1); i++) await Promise.resolve();
      return true;
    });
    const contract = defineTask('p', { queue: 'orders.fifo', schema });
    const { producer, gateway } = setupProducer();
    await Promise.all([0, 1, 2].map((n) => producer.send(contract, n, { groupId: 'a' })));
    expect(gateway.accepted.map((m) => m.body)).toEqual([bodyOf(0), bodyOf(1), bodyOf(2)]);
  });

  test('a refused send does not hold up its group', async () => {
    const { producer, gateway } = setupProducer();
    const refused = producer.send(ordered, 1n, { groupId: 'a' });
    const next = producer.send(ordered, 2, { groupId: 'a' });
    await expect(refused).rejects.toThrow(UnserializableDataError);
    await next;
    expect(gateway.accepted.map((m) => m.body)).toEqual([bodyOf(2)]);
  });
});

describe('schema', () => {
  const schema = z.object({ to: z.email(), retries: z.coerce.number().default(3) });
  const sendEmail = defineTask('send_email', { queue: 'jobs', schema });

  test('refuses data that does not fit, and sends nothing', async () => {
    const { producer, gateway } = setupProducer();
    const error: unknown = await producer
      .send(sendEmail, { to: 'nobody' })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidTaskDataError);
    expect((error as InvalidTaskDataError).issues).toEqual([expect.stringMatching(/^to: /)]);
    expect(gateway.requests).toHaveLength(0);
  });

  test('sends the data as it was given: the handler applies the schema itself', async () => {
    const { producer, gateway } = setupProducer();
    await producer.send(sendEmail, { to: 'a@b.cz' });
    expect(gateway.accepted[0]?.body).toBe(bodyOf({ to: 'a@b.cz' }, 'send_email'));
  });

  test('lets fields pass that the schema does not name, unless it is strict', async () => {
    const { producer, gateway } = setupProducer();
    const data = { to: 'a@b.cz', more: 1 };
    await producer.send(sendEmail, data);
    expect(gateway.accepted[0]?.body).toBe(bodyOf(data, 'send_email'));
    const strict = defineTask('send_email', {
      queue: 'jobs',
      schema: z.strictObject({ to: z.email() }),
    });
    await expect(producer.send(strict, data)).rejects.toThrow(InvalidTaskDataError);
  });

  test('applies options of the contract under those of the send', async () => {
    const options = { delaySeconds: 5, attributes: { a: 'b' } };
    const contract = defineTask<number>('p', { queue: 'jobs', options });
    const { producer, gateway } = setupProducer();
    await producer.send(contract, 1, { delaySeconds: 7 });
    expect(gateway.accepted[0]).toMatchObject({
      delaySeconds: 7,
      attributes: { a: { stringValue: 'b' } },
    });
  });
});

describe('routing', () => {
  const queue = ['a', 'b', 'c'];

  test('a send goes to the queue that it names instead', async () => {
    const { producer, gateway } = setupProducer();
    expect(await producer.send(task, 1, { queue: 'other' })).toMatchObject({ queue: 'other' });
    expect(gateway.requests.map((r) => r.queueUrl)).toEqual(['https://sqs.test/1/other']);
  });

  test('one queue is chosen at random', async () => {
    const draws = [0, 0.5, 0.999];
    const { producer } = setupProducer({ random: () => draws.shift() ?? 0 });
    const results = [
      await producer.send(task, 1, { queue }),
      await producer.send(task, 1, { queue }),
      await producer.send(task, 1, { queue }),
    ];
    expect(results.map((r) => r.queue)).toEqual(queue);
  });

  test('a broadcast reaches every queue', async () => {
    const { producer, gateway } = setupProducer();
    const result = await producer.send(task, 1, { queue, routing: 'broadcast' });
    expect(result.broadcast?.map((r) => r.queue)).toEqual(queue);
    expect(result).toMatchObject({ queue: 'a', messageId: result.broadcast?.[0]?.messageId });
    expect(gateway.accepted).toHaveLength(3);
  });

  test('equal data goes to the same queue by hash, other data spreads', async () => {
    const { producer } = setupProducer();
    const send = (data: unknown) => producer.send(task, data, { queue, routing: 'hash' });
    const [one, same] = [
      await send({ a: 1, b: { c: 2, d: 3 } }),
      await send({ b: { d: 3, c: 2 }, a: 1 }),
    ];
    expect(same.queue).toBe(one.queue);
    const spread = await Promise.all(Array.from({ length: 50 }, (_, i) => send(i)));
    expect(new Set(spread.map((r) => r.queue)).size).toBe(3);
  });

  test('a function chooses among the queues, and nothing else', async () => {
    const { producer } = setupProducer();
    const last = await producer.send(task, 1, {
      queue,
      routing: (_, queues) => queues.at(-1) ?? '',
    });
    expect(last.queue).toBe('c');
    await expect(producer.send(task, 1, { queue, routing: () => 'z' })).rejects.toThrow(
      InvalidOptionsError,
    );
    await expect(producer.send(task, 1, { queue: [] })).rejects.toThrow(InvalidOptionsError);
  });
});
