import { controlError } from '../support/control-errors.js';
import { memorySetup } from '../support/memory.js';

describe('A drain while a message is copied to the dead-letter queue', () => {
  test('ends after the copy and its delete', async () => {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    const { clock, service } = setup;
    await setup.send('broken');
    service.beforeCall = (operation, queue) => {
      if (operation !== 'SendMessageBatch' || !queue.endsWith('dead')) return undefined;
      return new Promise((resolve) => void clock.setTimer(resolve, 2_000));
    };
    const worker = setup.worker({
      handlers: {
        broken() {
          throw controlError({ kind: 'dead-letter', reason: 'it is broken' });
        },
      },
    });
    worker.start();
    await clock.advance(100);
    let left: unknown;
    void worker.drain().then(() => (left = setup.counts()));
    await clock.advance(5_000);
    expect(left).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(service.messages(setup.dead)).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('that has not ended at the deadline counts as unfinished', async () => {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    const { clock, service } = setup;
    await setup.send('slow');
    service.beforeCall = (operation, queue) => {
      if (operation !== 'SendMessageBatch' || !queue.endsWith('dead')) return undefined;
      return new Promise((resolve) => void clock.setTimer(resolve, 60_000));
    };
    const worker = setup.worker({
      drainTimeoutMs: 1_000,
      handlers: {
        // Told at the deadline, it ends in the moment that is left.
        slow: (_data, { signal }) =>
          new Promise((_resolve, reject) => {
            const broken = controlError({ kind: 'dead-letter', reason: 'it is broken' });
            signal.addEventListener('abort', () => reject(broken));
          }),
      },
    });
    worker.start();
    await clock.advance(100);
    void worker.drain();
    await clock.advance(5_000);
    expect(await worker.ended).toMatchObject({ reason: 'drained', unfinishedCount: 1 });
    await clock.advance(60_000);
  });
});
