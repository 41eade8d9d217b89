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
});
