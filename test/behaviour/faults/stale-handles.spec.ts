import { LeaseLostError } from '../../../lib/contracts/index.js';
import { EMPTY, faultyQueue, signalOf, waiting } from '../../support/faulty-queue.js';
import { collect, drained, memorySetup } from '../../support/memory.js';

describe('A receipt handle that is no longer good', () => {
  test('on a FIFO queue: the lease was lost, the group goes on in order, and nothing runs twice', async () => {
    const setup = await memorySetup({ queue: 'jobs.fifo', attributes: { VisibilityTimeout: '2' } });
    for (let i = 0; i < 3; i++) await setup.send('job', i);
    let isDown = true;
    setup.service.beforeCall = (operation) => {
      if (isDown && operation === 'ChangeMessageVisibilityBatch') throw new Error('down');
    };
    const ran: unknown[] = [];
    const told: unknown[] = [];
    const worker = setup.worker({
      handlers: {
        job(data, delivery) {
          ran.push(data);
          if (data !== 0) return;
          delivery.signal.addEventListener('abort', () => told.push(delivery.signal.reason));
          return new Promise<void>((resolve) => void setup.clock.setTimer(resolve, 5_000));
        },
      },
    });
    const refused = collect(worker, 'settlement:failed');
    worker.start();
    await setup.clock.advance(4_000);
    isDown = false;
    await setup.clock.advance(20_000);
    expect(told).toEqual([expect.any(LeaseLostError)]);
    expect(refused).toMatchObject([{ action: 'delete', code: 'ReceiptHandleIsInvalid' }]);
    expect(ran).toEqual([0, 1, 2]);
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(worker.status().phase).toBe('running');
    await drained(setup, worker);
  });

  test('of a message that was deleted meanwhile costs one delete', async (t) => {
    const queue = await faultyQueue(t);
    await queue.send('job', 1);
    const worker = queue.worker({
      handlers: {
        async job(_data, { message }) {
          await queue.direct.deleteBatch(queue.queueUrl, [message.raw.receiptHandle]);
        },
      },
    });
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await settled.next();
    await vi.waitFor(() => expect(worker.status().queues[0]?.settlementsWaiting).toBe(0), waiting);
    expect(queue.proxy.count('DeleteMessageBatch')).toBe(1);
    expect(await queue.counts()).toEqual(EMPTY);
  });

  test('of a message that was deleted meanwhile costs one extension, and the handler is told', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '2' } });
    await setup.send('gone');
    const worker = setup.worker({
      handlers: {
        async gone(_data, { message }) {
          await setup.gateway.deleteBatch(setup.queueUrl, [message.raw.receiptHandle]);
          await new Promise<void>((resolve) => void setup.clock.setTimer(resolve, 5_000));
          throw new Error('failed after its message was gone');
        },
      },
    });
    const lost = collect(worker, 'lease:lost');
    worker.start();
    await setup.clock.advance(60_000);
    expect(lost).toMatchObject([{ error: { because: 'refused' } }]);
    expect(setup.service.calls.of('ChangeMessageVisibilityBatch')).toBe(1);
    await drained(setup, worker);
  });
});
