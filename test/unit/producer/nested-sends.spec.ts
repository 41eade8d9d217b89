import { from, mergeMap } from 'rxjs';
import {
  NestedSendError,
  ProducerClosedError,
  type SendContext,
  type SqsSendInterceptor,
  type TaskSchema,
} from '../../../lib/contracts/index.js';
import { settlePromises } from '../../../lib/primitives/manual-clock.js';
import type { Producer } from '../../../lib/producer/index.js';
import { gate } from '../../support/signals.js';
import { setupProducer, type ProducerSetup } from '../../support/producer.js';

const ordered = { queue: 'orders.fifo', pattern: 'p' };
const inGroup = { groupId: 'g' };

/** A producer with one interceptor that may send by it. */
function setup(
  before: (send: SendContext, producer: Producer) => unknown,
  own: ProducerSetup = {},
) {
  const interceptor: SqsSendInterceptor = {
    intercept: (send, next) =>
      from(Promise.resolve(before(send, made.producer))).pipe(mergeMap(() => next.handle())),
  };
  const made = setupProducer({ interceptors: [interceptor], ...own });
  return {
    ...made,
    /** What was accepted, in order. */
    sent: () => made.gateway.accepted.map(({ body }) => dataOf(body)),
  };
}

function dataOf(body: string): unknown {
  return (JSON.parse(body) as { data: unknown }).data;
}

describe('A send that an interceptor makes for another one', () => {
  test('to the same queue and group passes, before the one that waits for it', async () => {
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 'order') await p.send(ordered, 'audit', inGroup);
    });
    await producer.send(ordered, 'order', inGroup);
    await producer.close();
    expect(sent()).toEqual(['audit', 'order']);
  });

  test('stays behind what was sent to the group before, however slowly that is prepared', async () => {
    const slow = gate();
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 'first') await slow.opened;
      if (send.data === 'second') await p.send(ordered, 'audit', inGroup);
    });
    const sends = [
      producer.send(ordered, 'first', inGroup),
      producer.send(ordered, 'second', inGroup),
      producer.send(ordered, 'third', inGroup),
    ];
    await settlePromises();
    expect(sent()).toEqual([]);
    slow.open();
    await Promise.all(sends);
    expect(sent()).toEqual(['first', 'audit', 'second', 'third']);
  });

  test('keeps its place among others of the same interceptor', async () => {
    const slow = gate();
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 1) await slow.opened;
      if (send.data !== 'order') return;
      const all = [1, 2, 3].map((data) => p.send(ordered, data, inGroup));
      slow.open();
      await Promise.all(all);
    });
    await producer.send(ordered, 'order', inGroup);
    expect(sent()).toEqual([1, 2, 3, 'order']);
  });

  test('passes where nobody waits for it', async () => {
    const { producer, sent } = setup((send, p) => {
      if (send.data === 'order') void p.send(ordered, 'audit', inGroup);
    });
    await producer.send(ordered, 'order', inGroup);
    await producer.flush();
    expect(sent()).toEqual(['audit', 'order']);
  });

  test('passes after the acceptance too, as a @PostSend() hook makes it', async () => {
    const after: SqsSendInterceptor = {
      intercept: (send, next) =>
        next.handle().pipe(
          mergeMap(async (result) => {
            if (send.data === 'order') await made.producer.send(ordered, 'audit', inGroup);
            return result;
          }),
        ),
    };
    const made = setup(() => {}, { interceptors: [after] });
    await made.producer.send(ordered, 'order', inGroup);
    expect(made.sent()).toEqual(['order', 'audit']);
  });

  test('passes within a send that is itself within another', async () => {
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 3) return;
      await p.send(ordered, Number(send.data) + 1, inGroup);
    });
    await producer.send(ordered, 0, inGroup);
    expect(sent()).toEqual([3, 2, 1, 0]);
  });

  test('passes through another group, and back', async () => {
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 'order') await p.send(ordered, 'there', { groupId: 'h' });
      if (send.data === 'there') await p.send(ordered, 'back', inGroup);
    });
    await producer.send(ordered, 'order', inGroup);
    expect(sent()).toEqual(['back', 'there', 'order']);
  });

  test('as a batch, a raw body or many passes', async () => {
    const { producer, gateway } = setup(async (send, p) => {
      if (send.data !== 'order') return;
      await p.batch((batch) => batch.add(ordered, 'batched', inGroup));
      await p.sendRaw('orders.fifo', '{"data":"raw"}', inGroup);
      await p.sendMany(ordered, ['many'], inGroup);
    });
    await producer.batch((batch) => batch.add(ordered, 'order', inGroup));
    expect(gateway.accepted.map(({ body }) => dataOf(body))).toEqual([
      'batched',
      'raw',
      'many',
      'order',
    ]);
  });

  test('on a standard queue with a group for its tenant passes, as there is no order', async () => {
    const task = { queue: 'jobs', pattern: 'p' };
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 'order') await p.send(task, 'audit', inGroup);
    });
    await producer.send(task, 'order', inGroup);
    expect(sent()).toEqual(['audit', 'order']);
  });

  test('fails with its send where it fails', async () => {
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 'order') await p.send(ordered, 1n, inGroup);
    });
    await expect(producer.send(ordered, 'order', inGroup)).rejects.toThrow('BigInt');
    await producer.send(ordered, 'next', inGroup);
    expect(sent()).toEqual(['next']);
  });
});

describe('A send within another one is refused by name', () => {
  test('where each send makes another one', async () => {
    const { producer, sent } = setup((send, p) => p.send(ordered, send.data, inGroup));
    const sending = producer.send(ordered, 'order', inGroup);
    await expect(sending).rejects.toThrow(NestedSendError);
    await expect(sending).rejects.toThrow(
      'A send to queue "orders.fifo" within another send is refused: it is within 250 others.',
    );
    await producer.close();
    expect(sent()).toEqual([]);
  });

  test('where two sends would wait for each other through two groups', async () => {
    const both = gate();
    const { producer, sent } = setup(async (send, p) => {
      if (send.data === 'a') {
        await both.opened;
        await p.send(ordered, 'for a', { groupId: 'h' });
      }
      if (send.data === 'b') {
        both.open();
        await settlePromises();
        await p.send(ordered, 'for b', inGroup);
      }
    });
    const ends = await Promise.allSettled([
      producer.send(ordered, 'a', inGroup),
      producer.send(ordered, 'b', { groupId: 'h' }),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((ends[1] as PromiseRejectedResult).reason).toBeInstanceOf(NestedSendError);
    expect(String((ends[1] as PromiseRejectedResult).reason)).toContain(
      'in group "g" it would wait for an earlier send, which waits for a send that this one is within',
    );
    expect(sent()).toEqual(['for a', 'a']);
  });
});

test('a send that a schema makes passes', async () => {
  const { producer, gateway } = setupProducer();
  const schema: TaskSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      async validate(value) {
        await producer.send(ordered, 'looked up', inGroup);
        return { value };
      },
    },
  };
  await producer.send({ ...ordered, schema }, 'order', inGroup);
  expect(gateway.accepted.map(({ body }) => dataOf(body))).toEqual(['looked up', 'order']);
});

test('a send that a codec makes passes', async () => {
  const { producer, gateway } = setupProducer({
    handles: {
      'orders.fifo': {
        codecs: () => ({
          name: 'json',
          encode(value) {
            if (JSON.stringify(value).includes('order')) {
              void producer.sendRaw('orders.fifo', '{"data":"encoded"}', inGroup);
            }
            return JSON.stringify(value);
          },
          decode: (text): unknown => JSON.parse(text),
        }),
      },
    },
    interceptors: [{ intercept: (_send, next) => next.handle() }],
  });
  await producer.send(ordered, 'order', inGroup);
  await producer.flush();
  expect(gateway.accepted.map(({ body }) => dataOf(body))).toEqual(['encoded', 'order']);
});

test.each(['jobs', 'orders.fifo'])(
  'a flush that an interceptor makes on %s does not wait for its own send',
  async (queue) => {
    const { producer, sent } = setup(async (send, p) => {
      if (send.data !== 'order') return;
      await settlePromises();
      await p.flush();
    });
    await producer.send({ queue, pattern: 'p' }, 'order', inGroup);
    expect(sent()).toEqual(['order']);
  },
);

test('while the producer closes, a send that is under way may still make another', async () => {
  const { producer, sent } = setup(async (send, p) => {
    if (send.data !== 'order') return;
    await settlePromises();
    await p.send(ordered, 'audit', inGroup);
  });
  const sending = producer.send(ordered, 'order', inGroup);
  const closed = producer.close();
  await expect(producer.send(ordered, 'late', inGroup)).rejects.toThrow(ProducerClosedError);
  await Promise.all([sending, closed]);
  expect(sent()).toEqual(['audit', 'order']);
});

test('a send whose group has a slow one in front is not overtaken where one between them fails', async () => {
  const slow = gate();
  const { producer, sent } = setup(async (send) => {
    if (send.data === 'slow') await slow.opened;
    if (send.data === 'failing') throw new Error('no');
  });
  const first = producer.send(ordered, 'slow', inGroup);
  const second = producer.send(ordered, 'failing', inGroup);
  const third = producer.send(ordered, 'third', inGroup);
  await expect(second).rejects.toThrow('no');
  await settlePromises();
  slow.open();
  await Promise.all([first, third]);
  expect(sent()).toEqual(['slow', 'third']);
});
