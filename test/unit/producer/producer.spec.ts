import { map, retry, tap, type Observable } from 'rxjs';
import { z } from 'zod';
import {
  GatewayError,
  InvalidTaskDataError,
  PartialSendError,
  ProducerClosedError,
  type SendContext,
  type SendHandler,
  type SendResult,
  type SqsSendInterceptor,
} from '../../../lib/contracts/index.js';
import { settlePromises } from '../../../lib/primitives/manual-clock.js';
import { defineTask } from '../../../lib/producer/index.js';
import { bodyOf, setupProducer } from '../../support/producer.js';

const task = { queue: 'jobs', pattern: 'p' };
const ordered = { queue: 'orders.fifo', pattern: 'p' };
const atFault = { code: 'InvalidMessageContents', senderFault: true };

describe('interceptors', () => {
  class Recorder implements SqsSendInterceptor {
    constructor(
      private readonly name: string,
      private readonly lines: string[],
    ) {}

    intercept(send: SendContext, next: SendHandler): Observable<SendResult> {
      this.lines.push(`before ${this.name}`);
      return next.handle().pipe(tap(() => this.lines.push(`after ${this.name}`)));
    }
  }

  test('wrap each send exactly once, in order', async () => {
    const lines: string[] = [];
    const interceptors = [new Recorder('a', lines), new Recorder('b', lines)];
    const { producer } = setupProducer({ interceptors });
    await producer.send(task, 1);
    expect(lines).toEqual(['before a', 'before b', 'after b', 'after a']);
    lines.length = 0;
    await producer.sendMany(task, [1, 2]);
    expect(lines.filter((line) => line === 'before a')).toHaveLength(2);
  });

  test('may change the data, the options, the queue and the result', async () => {
    const change: SqsSendInterceptor = {
      intercept(send, next) {
        send.data = 'changed';
        send.options.delaySeconds = 9;
        send.queue = 'other';
        return next.handle().pipe(map((result) => ({ ...result, messageId: 'mine' })));
      },
    };
    const { producer, gateway } = setupProducer({ interceptors: [change] });
    const options = {};
    expect(await producer.send(task, 1, options)).toEqual({ messageId: 'mine', queue: 'other' });
    expect(gateway.accepted).toEqual([{ body: bodyOf('changed'), delaySeconds: 9 }]);
    expect(options).toEqual({});
  });

  test('what they make of the data is checked against the schema', async () => {
    const spoil: SqsSendInterceptor = {
      intercept(send, next) {
        send.data = 'not a number';
        return next.handle();
      },
    };
    const contract = defineTask('p', { queue: 'jobs', schema: z.number() });
    const { producer } = setupProducer({ interceptors: [spoil] });
    await expect(producer.send(contract, 1)).rejects.toThrow(InvalidTaskDataError);
  });

  test('throwing before the next one stops the send', async () => {
    const reason = new Error('not now');
    const stop: SqsSendInterceptor = {
      intercept() {
        throw reason;
      },
    };
    const { producer, gateway } = setupProducer({ interceptors: [stop] });
    await expect(producer.send(task, 1)).rejects.toBe(reason);
    expect(gateway.requests).toHaveLength(0);
  });

  test('one that tries again keeps the deduplication id', async () => {
    const again: SqsSendInterceptor = { intercept: (_, next) => next.handle().pipe(retry(1)) };
    const { producer, gateway } = setupProducer({
      interceptors: [again],
      options: { maxAttempts: 1 },
    });
    gateway.answer([{ code: 'InternalError' }]);
    await producer.send(ordered, 1, { groupId: 'g' });
    const ids = gateway.requests.map((r) => r.entries[0]?.deduplicationId);
    expect(ids).toHaveLength(2);
    expect(ids[1]).toBe(ids[0]);
  });
});

describe('flush and close', () => {
  test('flush waits for what was sent, and lets it leave at once', async () => {
    const { producer, gateway } = setupProducer();
    gateway.hold();
    const sends = [producer.send(task, 0)];
    await settlePromises();
    sends.push(producer.send(task, 1));
    let isFlushed = false;
    const flushed = producer.flush().then(() => (isFlushed = true));
    await settlePromises();
    expect(gateway.requests).toHaveLength(2);
    expect(isFlushed).toBe(false);
    gateway.release();
    await flushed;
    await Promise.all(sends);
  });

  test('flush resolves where sends fail, and inside a batch', async () => {
    const { producer, gateway } = setupProducer();
    gateway.answer([atFault]);
    const [refused] = await Promise.all([
      Promise.allSettled([producer.send(task, 1)]),
      producer.flush(),
    ]);
    expect(refused[0]?.status).toBe('rejected');
    await producer.batch(async (batch) => {
      batch.add(task, 1);
      await producer.flush();
    });
  });

  test('close waits for retries and batches, then nothing is left', async () => {
    const { producer, gateway, clock } = setupProducer();
    gateway.answer([{ code: 'InternalError' }]);
    const sent = producer.send(task, 1);
    const batch = producer.batch((b) => b.add(task, 2));
    let isClosed = false;
    const closed = Promise.all([producer.close(), producer.close()]).then(() => (isClosed = true));
    await settlePromises();
    expect(isClosed).toBe(false);
    await clock.advance(300);
    await closed;
    await Promise.all([sent, batch]);
    expect(gateway.accepted).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test('after close every way to send is refused', async () => {
    const { producer, gateway } = setupProducer();
    const job = producer.bake(task, 1);
    await producer.close();
    await expect(producer.send(task, 1)).rejects.toThrow(ProducerClosedError);
    await expect(producer.sendRaw('jobs', 'x')).rejects.toThrow(ProducerClosedError);
    await expect(job.send()).rejects.toThrow(ProducerClosedError);
    await expect(producer.sendMany(task, [1])).rejects.toThrow(PartialSendError);
    await expect(producer.batch((b) => b.add(task, 1))).rejects.toThrow(PartialSendError);
    expect(gateway.requests).toHaveLength(0);
  });
});

test('a send outlasts credentials that cannot be had for 1.5 s, however its pauses are drawn', async () => {
  const { producer, gateway, clock } = setupProducer({ random: () => 0 });
  const detail = 'Could not load credentials from any providers';
  const failure = new GatewayError({ kind: 'unavailable', operation: 'SendMessageBatch', detail });
  gateway.answer(...Array.from({ length: 4 }, () => failure));
  const sent = producer.send(task, 1);
  await clock.advance(1_500);
  expect(gateway.requests).toHaveLength(4);
  await clock.advance(1_000);
  await expect(sent).resolves.toMatchObject({ messageId: 'm-1' });
});
