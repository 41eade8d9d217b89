import { duplicateMessage } from '../../support/fault-proxy.js';
import { emptied, faultyQueue, signalOf, nextOf, sorted } from '../../support/faulty-queue.js';

describe('A message that a receive gives twice', () => {
  test('runs once where its first run succeeds, and both copies are deleted', async (t) => {
    const queue = await faultyQueue(t);
    await queue.send('job', 1, 2, 3);
    queue.proxy.inject({ operation: 'ReceiveMessage', times: 1, fault: duplicateMessage(1) });
    const deletes = queue.record('DeleteMessageBatch');
    const seen: unknown[] = [];
    const worker = queue.worker({ handlers: { job: (data) => void seen.push(data) } });
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await nextOf(settled, 4);
    await emptied(queue);
    expect(sorted(seen)).toEqual([1, 2, 3]);
    const entries = deletes.flatMap((body) => body['Entries'] as DeleteEntry[]);
    expect(entries).toHaveLength(4);
    expect(new Set(entries.map(({ ReceiptHandle }) => ReceiptHandle)).size).toBe(3);
    for (const body of deletes) {
      const ids = (body['Entries'] as DeleteEntry[]).map(({ Id }) => Id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('never runs twice at once, and frees every slot it took', async (t) => {
    const queue = await faultyQueue(t);
    await queue.send('job', 1);
    queue.proxy.inject({ operation: 'ReceiveMessage', times: 1, fault: duplicateMessage() });
    let running = 0;
    let most = 0;
    let runs = 0;
    const worker = queue.worker({
      handlers: {
        async job() {
          most = Math.max(most, ++running);
          await queue.counts();
          running--;
          if (++runs === 1) throw new Error('the first copy fails');
        },
      },
    });
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await nextOf(settled, 2);
    await emptied(queue);
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
    expect(worker.status().queues[0]).toMatchObject({ runningCount: 0, prefetchedCount: 0 });
    await queue.send('job', 2);
    await settled.next();
  });
});

interface DeleteEntry {
  Id: string;
  ReceiptHandle: string;
}
