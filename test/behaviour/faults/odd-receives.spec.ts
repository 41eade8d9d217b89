import type { Fault } from '../../support/fault-proxy.js';
import { rewriteAnswer } from '../../support/fault-proxy.js';
import { emptied, faultyQueue, signalOf, type Test, sorted } from '../../support/faulty-queue.js';

describe.concurrent('A receive that answers oddly', { timeout: 20_000 }, () => {
  test('more than was asked for: all are run, no more at once than the slots', async (t) => {
    const queue = await faultyQueue(t);
    const sent = Array.from({ length: 10 }, (_, i) => i);
    await queue.send('job', ...sent);
    const rule = queue.proxy.inject({ operation: 'ReceiveMessage', times: 1, fault: generous });
    let running = 0;
    let most = 0;
    const seen: unknown[] = [];
    const worker = queue.worker({
      consume: { concurrency: 2, prefetch: 0 },
      handlers: {
        async job(data) {
          most = Math.max(most, ++running);
          seen.push(data);
          await queue.counts();
          running--;
        },
      },
    });
    worker.start();
    await emptied(queue);
    expect(rule.hits).toBe(1);
    expect(most).toBe(2);
    expect(sorted(seen)).toEqual(sent);
  });

  test('messages without ids are told apart: each is run', async (t) => {
    const queue = await oddQueue(t, (message) => ({ ...message, MessageId: undefined }));
    const seen: unknown[] = [];
    queue.worker({ handlers: { job: (data) => void seen.push(data) } }).start();
    await emptied(queue);
    expect(sorted(seen)).toEqual([1, 2, 3]);
  });

  test('messages without system attributes are run', async (t) => {
    const queue = await oddQueue(t, (message) => ({ ...message, Attributes: undefined }));
    const counts: number[] = [];
    queue
      .worker({
        handlers: { job: (_data, { message }) => void counts.push(message.receiveCount) },
      })
      .start();
    await emptied(queue);
    expect(counts).toEqual([1, 1, 1]);
  });

  test('messages without receipt handles come again, and the others are run at once', async (t) => {
    const queue = await oddQueue(t, (message, i) =>
      i === 0 ? { ...message, ReceiptHandle: '' } : message,
    );
    const seen: unknown[] = [];
    queue.worker({ handlers: { job: (data) => void seen.push(data) } }).start();
    await emptied(queue);
    expect(seen).toHaveLength(3);
    expect(seen.at(-1)).toBe(1);
  });

  test('messages without bodies are not believed: all come again whole', async (t) => {
    const queue = await oddQueue(t, (message) => ({ ...message, Body: undefined }));
    const seen: unknown[] = [];
    const worker = queue.worker({ handlers: { job: (data) => void seen.push(data) } });
    const failed = signalOf(worker, 'poll:failed');
    worker.start();
    expect(await failed.next()).toMatchObject({ error: { kind: 'unavailable' } });
    await emptied(queue);
    expect(sorted(seen)).toEqual([1, 2, 3]);
  });

  const cases: [string, Record<string, unknown>][] = [
    ['no list of messages', { Messages: null }],
    ['a list of nothings', { Messages: [null, null] }],
    ['messages that are no list', { Messages: 'three' }],
  ];
  for (const [name, answer] of cases) {
    test(`${name} is survived`, async (t) => {
      const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
      await queue.send('job', 1);
      const odd = rewriteAnswer(() => answer);
      const rule = queue.proxy.inject({ operation: 'ReceiveMessage', times: 1, fault: odd });
      const worker = queue.worker({ handlers: { job() {} } });
      const settled = signalOf(worker, 'task:settled');
      worker.start();
      await settled.next();
      expect(rule.hits).toBe(1);
      await emptied(queue);
    });
  }
});

type Raw = Record<string, unknown>;

/** Three messages are there, and the first receive says something else of them. */
async function oddQueue(t: Test, change: (message: Raw, index: number) => Raw) {
  const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
  await queue.send('job', 1, 2, 3);
  const odd = rewriteAnswer((body) => ({
    ...body,
    Messages: (body['Messages'] as Raw[]).map(change),
  }));
  queue.proxy.inject({ operation: 'ReceiveMessage', times: 1, fault: odd });
  return queue;
}

const generous: Fault = async (exchange) => {
  const body = { ...exchange.seen.body, MaxNumberOfMessages: 10 };
  exchange.answer(await exchange.forward(body));
};
