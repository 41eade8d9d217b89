import { Consumer } from '../../lib/consumer/consumer.js';
import type { StreamedDelivery } from '../../lib/consumer/message-stream.js';
import type { ConsumeOptions } from '../../lib/contracts/index.js';
import { memorySetup, type MemorySetup } from '../support/memory.js';
import { handleOf } from '../support/worker.js';

type Next = IteratorResult<StreamedDelivery, undefined>;

describe('A loop over messages', () => {
  test('two next() at once both get a message, in their order', async () => {
    const setup = await memorySetup();
    const stream = streamOn(setup);
    const order: string[] = [];
    const first = stream.next().then((next) => (order.push('first'), next));
    const second = stream.next().then((next) => (order.push('second'), next));
    await setup.clock.advance(100);
    await setup.send('job', 1);
    await setup.clock.advance(100);
    expect(order).toEqual(['first']);
    await setup.send('job', 2);
    await setup.clock.advance(100);
    expect([dataOf(await first), dataOf(await second)]).toEqual([1, 2]);
    await closed(setup, stream.close());
  });

  test('more next() at once than slots all get a message, and none is left behind', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 4; n++) await setup.send('job', n);
    const stream = streamOn(setup, { concurrency: 1 });
    const asked = Promise.all([stream.next(), stream.next(), stream.next()]);
    await setup.clock.advance(100);
    const got = await asked;
    expect(new Set(got.map(dataOf)).size).toBe(3);
    for (const { value } of got) value?.ack();
    await setup.clock.advance(1_000);
    expect(setup.service.messages('jobs')).toHaveLength(1);
    expect(setup.logger.at('warn')).toEqual([]);
    await closed(setup, stream.close());
  });

  test('what waits when the loop is closed ends, and so does every next() after it', async () => {
    const setup = await memorySetup();
    const stream = streamOn(setup);
    const asked = [stream.next(), stream.next()];
    await setup.clock.advance(100);
    await closed(setup, stream.close());
    expect(await Promise.all(asked)).toEqual([done, done]);
    expect(await stream.next()).toEqual(done);
    await closed(setup, stream.close());
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('return() ends a next() that waits', async () => {
    const setup = await memorySetup();
    const stream = streamOn(setup);
    const asked = stream.next();
    await setup.clock.advance(100);
    await closed(setup, stream.return());
    expect(await asked).toEqual(done);
    expect(await stream.next()).toEqual(done);
  });

  test('throw() ends the loop and rejects with its error', async () => {
    const setup = await memorySetup();
    await setup.send('job');
    const stream = streamOn(setup);
    const asked = [stream.next(), stream.next()];
    await setup.clock.advance(100);
    const enough = new Error('enough');
    const thrown = Promise.allSettled([stream.throw(enough)]);
    await setup.clock.advance(1_000);
    expect(await thrown).toEqual([{ status: 'rejected', reason: enough }]);
    expect((await Promise.all(asked)).map(({ done: isDone }) => isDone)).toEqual([false, true]);
    expect(setup.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });

  test('closed before it begins, it asks for nothing', async () => {
    const setup = await memorySetup();
    const stream = streamOn(setup);
    await stream.close();
    expect(await stream.next()).toEqual(done);
    expect(setup.service.calls.of('ReceiveMessage')).toBe(0);
  });

  test('closed while its queue is looked for, it never polls', async () => {
    const setup = await memorySetup();
    let found!: () => void;
    const looking = new Promise<void>((resolve) => (found = resolve));
    const stream = consumerOf(setup).messages(async () => {
      await looking;
      return handleOn(setup);
    });
    const asked = stream.next();
    await stream.close();
    expect(await asked).toEqual(done);
    found();
    await setup.clock.advance(1_000);
    expect(setup.service.calls.of('ReceiveMessage')).toBe(0);
  });

  test('where its queue cannot be found, the first next() says so and the loop is over', async () => {
    const setup = await memorySetup();
    const stream = consumerOf(setup).messages(() => Promise.reject(new Error('no such queue')));
    const asked = [stream.next(), stream.next()];
    await expect(asked[0]).rejects.toThrow('no such queue');
    expect(await asked[1]).toEqual(done);
    expect(await stream.next()).toEqual(done);
    await stream.close();
  });

  test('what was handed out when it is closed is given back, asked for or not', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 5; n++) await setup.send('job', n);
    const stream = streamOn(setup);
    const asked = stream.next();
    await setup.clock.advance(100);
    expect((await asked).done).toBe(false);
    await closed(setup, stream.close());
    expect(setup.counts()).toEqual({ visible: 5, inFlight: 0, delayed: 0 });
  });
});

const done = { done: true, value: undefined };

function dataOf({ value }: Next): unknown {
  return value?.data;
}

function handleOn(setup: MemorySetup) {
  return handleOf({ gateway: setup.gateway, queueUrl: setup.queueUrl });
}

function consumerOf(setup: MemorySetup): Consumer {
  const handlers = {
    find: () => undefined,
    findRaw: () => undefined,
    patternsOf: () => [],
    maxBatchSizeOf: () => 0,
  };
  return new Consumer({ handlers, interceptors: [], clock: setup.clock, logger: setup.logger });
}

function streamOn(setup: MemorySetup, options: ConsumeOptions = {}) {
  return consumerOf(setup).messages(handleOn(setup), options);
}

async function closed(setup: MemorySetup, closing: Promise<unknown>): Promise<void> {
  await setup.clock.advance(1_000);
  await closing;
}
