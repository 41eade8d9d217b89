import {
  InvalidPriorityError,
  RefusedSendError,
  type QueueHandle,
  type SendOptions,
} from '../../../lib/contracts/index.js';
import { sqspipes } from '../../../lib/serialization/index.js';
import { FakeGateway } from '../../support/fake-gateway.js';
import { fakeHandle, setupProducer, type ProducerSetup } from '../../support/producer.js';

const task = { queue: 'jobs', pattern: 'p' };

/** A queue of three levels, and what arrived on each. */
function setupLevels(own: ProducerSetup & { format?: QueueHandle['format'] } = {}) {
  const { format, ...parts } = own;
  const gateways = [new FakeGateway(), new FakeGateway(), new FakeGateway()];
  const levels = gateways.map((gateway, level) => ({
    ...fakeHandle(gateway, level === 0 ? 'jobs' : `jobs--p${level}`),
    ...(format && { format }),
  }));
  const family = Object.assign(levels[0] ?? {}, { levels }) as QueueHandle;
  const { producer } = setupProducer({ ...parts, handles: { jobs: family } });
  return { producer, arrived: () => gateways.map(({ accepted }) => accepted.length), gateways };
}

describe('The priority of a send', () => {
  test.each([
    [undefined, 0],
    [0, 0],
    [2, 2],
    [(data: { urgent: boolean }) => (data.urgent ? 1 : 0), 1],
  ])('%s chooses the level', async (priority, level) => {
    const { producer, arrived } = setupLevels();
    const options: SendOptions = priority === undefined ? {} : { priority };
    const result = await producer.send(task, { urgent: true }, options);
    expect(result).toEqual({ messageId: 'm-1', queue: 'jobs', priority: level });
    expect(arrived()).toEqual([0, 1, 2].map((one) => (one === level ? 1 : 0)));
  });

  test.each([3, -1, 1.5, NaN, '1', 'length', null])(
    '%s is refused, and nothing sent',
    async (given) => {
      const { producer, arrived } = setupLevels();
      const priority = given as number;
      const sent = producer.send(task, 1, { priority });
      await expect(sent).rejects.toThrow(InvalidPriorityError);
      await expect(sent).rejects.toThrow(
        `priority for queue "jobs" is refused: expected an integer from 0 to 2, the queue's highest level, got ${String(given)}`,
      );
      await expect(producer.send(task, 1, { priority: () => priority })).rejects.toThrow(
        RefusedSendError,
      );
      expect(arrived()).toEqual([0, 0, 0]);
    },
  );

  test('of a queue without priorities is 0', async () => {
    const { producer, gateway } = setupProducer();
    expect(await producer.send(task, 1, { priority: 0 })).toEqual({
      messageId: 'm-1',
      queue: 'jobs',
    });
    await expect(producer.send(task, 1, { priority: 1 })).rejects.toThrow(
      'expected 0, as the queue has no priorities',
    );
    await producer.send(task, 1, { priority: 'inherit' });
    expect(gateway.accepted).toHaveLength(2);
  });

  test.each([
    [undefined, 0],
    [1, 1],
    [7, 2],
  ])('is inherited: running at %s, it is %i', async (running, level) => {
    const { producer } = setupLevels({ taskPriority: () => running });
    const sent = await producer.send(task, 1, { priority: 'inherit' });
    expect(sent.priority).toBe(level);
  });

  test("may stand in a task's contract, and an interceptor may change it", async () => {
    const { producer, arrived } = setupLevels({
      interceptors: [
        {
          intercept(send, next) {
            if (send.data === 'urgent') send.options.priority = 2;
            return next.handle();
          },
        },
      ],
    });
    const contract = { ...task, options: { priority: 1 } };
    await producer.sendMany(contract, ['calm', 'urgent', 'calm']);
    expect(arrived()).toEqual([0, 2, 1]);
  });

  test('that its function throws about is an error of the send', async () => {
    const { producer, arrived } = setupLevels();
    await expect(producer.send(task, 1, { priority: puzzled })).rejects.toThrow('no idea');
    expect(arrived()).toEqual([0, 0, 0]);
  });

  test('travels in the meta of sqspipes', async () => {
    const { producer, gateways } = setupLevels({ format: sqspipes() });
    await producer.send(task, 'x', { priority: 2 });
    await producer.send(task, 'y');
    expect(gateways[2]?.accepted).toEqual([{ body: expect.stringContaining('"priority":2') }]);
    expect(gateways[0]?.accepted).toEqual([{ body: expect.stringContaining('"priority":0') }]);
  });

  test('holds for raw bodies and for batches', async () => {
    const { producer, arrived } = setupLevels();
    await producer.sendRaw('jobs', 'body', { priority: 1 });
    await producer.batch((batch) => {
      for (let i = 0; i < 20; i++) batch.add(task, i, { priority: i % 2 === 0 ? 0 : 2 });
    });
    expect(arrived()).toEqual([10, 1, 10]);
  });
});

function puzzled(): number {
  throw new Error('no idea');
}
