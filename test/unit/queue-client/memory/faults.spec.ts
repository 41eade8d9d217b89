import { GatewayError } from '../../../../lib/contracts/errors/index.js';
import type { EntryResult } from '../../../../lib/contracts/gateway.js';
import { failureOf } from '../../../conformance/probe.js';
import { setup } from './setup.js';

const throttled = (operation: string) =>
  new GatewayError({ kind: 'throttled', operation, detail: 'slow down' });

describe('Faults in the memory service', () => {
  test('a call refused before has no effect', async () => {
    const { bench, service } = setup();
    const queue = await bench.standard();
    service.beforeCall = (operation) => {
      throw throttled(operation);
    };
    expect((await failureOf(queue.send('a'))).kind).toBe('throttled');
    expect(service.messages(queue.name)).toEqual([]);
  });

  test('a lost answer leaves its effect', async () => {
    const { bench, service } = setup();
    const queue = await bench.standard();
    service.afterCall = (operation) => {
      throw throttled(operation);
    };
    await failureOf(queue.send('a'));
    expect(service.messages(queue.name)).toMatchObject([{ body: 'a', state: 'visible' }]);
  });

  test('an altered answer is what the caller gets', async () => {
    const { bench, service } = setup();
    const queue = await bench.standard();
    await queue.send('a');
    const message = await queue.one();
    const failure = { code: 'InternalError', message: 'try again', senderFault: false };
    service.afterCall = (operation, _queue, _request, answer) =>
      operation === 'DeleteMessageBatch'
        ? (answer as EntryResult[]).map(() => ({ ok: false, failure }))
        : undefined;
    expect(await queue.delete(message)).toBe('InternalError');
    expect(service.stats(queue.name).deleted).toBe(1);
  });

  test('a call that hangs can be aborted, before its effect', async () => {
    const { bench, service, gateway } = setup();
    const queue = await bench.standard();
    const abort = new AbortController();
    service.beforeCall = () => new Promise(() => {});
    const call = gateway.sendBatch(queue.url, [{ body: 'a' }], { signal: abort.signal });
    abort.abort();
    expect((await failureOf(call)).kind).toBe('aborted');
    expect(service.messages(queue.name)).toEqual([]);
  });

  test('the request that a hook sees is the one that was made', async () => {
    const { bench, service, gateway } = setup();
    const queue = await bench.standard();
    const seen: unknown[] = [];
    service.beforeCall = (...call) => void seen.push(call);
    const request = { maxMessages: 3, waitTimeSeconds: 0 };
    await gateway.receive(queue.url, request);
    expect(seen).toEqual([['ReceiveMessage', queue.url, request]]);
  });
});

describe('Looking into the memory service', () => {
  test('shows messages and their states without receiving them', async () => {
    const { bench, service } = setup();
    const queue = await bench.standard();
    await queue.send('a');
    await queue.one();
    await queue.send('b', { body: 'c', delaySeconds: 60 });
    expect(service.messages(queue.name)).toMatchObject([
      { body: 'a', state: 'inflight', receiveCount: 1 },
      { body: 'b', state: 'visible', receiveCount: 0 },
      { body: 'c', state: 'delayed', receiveCount: 0 },
    ]);
    expect(service.stats(queue.name)).toEqual({
      visible: 1,
      delayed: 1,
      inflight: 1,
      openPolls: 0,
      sent: 3,
      received: 1,
      deleted: 0,
      expired: 0,
      deadLettered: 0,
    });
  });

  test('counts the calls of each operation on each queue', async () => {
    const { bench, service } = setup();
    const [one, two] = [await bench.standard(), await bench.standard()];
    await one.send('a');
    await one.receive();
    await two.receive();
    expect(service.calls.of('ReceiveMessage', one.name)).toBe(1);
    expect(service.calls.of('ReceiveMessage', one.url)).toBe(1);
    expect(service.calls.of('ReceiveMessage')).toBe(2);
    expect(service.calls.of('SendMessageBatch', two.name)).toBe(0);
  });
});
