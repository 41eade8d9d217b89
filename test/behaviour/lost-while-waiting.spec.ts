import { collect, drained, memorySetup } from '../support/memory.js';

describe('A message whose lease ends while it waits for a slot', () => {
  test('is not started, and runs once SQS has given it again', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '5' } });
    await setup.send('job', 'first');
    await setup.send('job', 'second');
    const runs: [unknown, number][] = [];
    const worker = setup.worker({
      consume: { concurrency: 1, prefetch: 1 },
      handlers: {
        job(data, { message }) {
          runs.push([data, message.receiveCount]);
          if (runs.length === 1) setup.clock.stall(10_000);
        },
      },
      handle: { visibilityTimeoutSeconds: 5 },
    });
    const settled = collect(worker, 'task:settled');
    worker.start();
    await setup.clock.advance(60_000);
    expect(runs).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
    const lost = settled.find(({ outcome }) => outcome.kind === 'release');
    expect(lost?.outcome).toMatchObject({
      reason: expect.stringContaining('before it could start'),
    });
    expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await drained(setup, worker);
  });

  test('leaves its batch before the handler is called', async () => {
    const setup = await memorySetup({ attributes: { VisibilityTimeout: '2' } });
    await setup.send('rows', 1);
    setup.service.beforeCall = (operation) => {
      if (operation === 'ChangeMessageVisibilityBatch') throw new Error('down');
    };
    const calls: { data: unknown; isLost: boolean }[][] = [];
    const worker = setup.worker({
      batch: {
        rows: {
          name: 'Rows.insert',
          options: { maxSize: 2, maxWaitMs: 3_000 },
          run: async (deliveries) => {
            calls.push(deliveries.map(({ data, signal }) => ({ data, isLost: signal.aborted })));
            return new Map();
          },
        },
      },
      handle: { visibilityTimeoutSeconds: 2 },
    });
    worker.start();
    await setup.clock.advance(2_500);
    await setup.send('rows', 2);
    await setup.clock.advance(10_000);
    expect(calls[0]).toEqual([{ data: 2, isLost: false }]);
    await drained(setup, worker);
  });
});
