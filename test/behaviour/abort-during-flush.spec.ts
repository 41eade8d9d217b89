import { memorySetup } from '../support/memory.js';

describe('A forced stop while a drain waits for settlements', () => {
  test('ends within a second although SQS takes none of them', async () => {
    const setup = await memorySetup();
    await setup.send('job');
    setup.service.beforeCall = (operation) => {
      if (operation === 'DeleteMessageBatch') throw new Error('down');
    };
    const worker = setup.worker({ drainTimeoutMs: 20_000, handlers: { job: () => {} } });
    worker.start();
    await setup.clock.advance(100);
    void worker.drain();
    await setup.clock.advance(2_000);
    expect(worker.status().phase).toBe('draining');
    void worker.abort();
    await setup.clock.advance(900);
    expect(worker.status().phase).toBe('stopped');
    await setup.clock.advance(40_000);
    expect(setup.clock.pendingTimers).toBe(0);
  });
});
