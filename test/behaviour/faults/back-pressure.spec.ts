import { blackHole } from '../../support/fault-proxy.js';
import { emptied, faultyQueue, signalOf, waiting, sorted } from '../../support/faulty-queue.js';

test('deletes that are not answered stop the taking, memory stays bounded, and all recovers', async (t) => {
  const queue = await faultyQueue(t);
  const sent = Array.from({ length: 400 }, (_, i) => i);
  await queue.send('job', ...sent);
  queue.proxy.inject({ operation: 'DeleteMessageBatch', fault: blackHole() });
  const done: unknown[] = [];
  const worker = queue.worker({
    consume: { concurrency: 10, prefetch: 10 },
    handlers: { job: (data) => void done.push(data) },
  });
  const answered = signalOf(worker, 'poll:answered');
  let mostWaiting = 0;
  worker.on('task:settled', () => {
    mostWaiting = Math.max(mostWaiting, worker.status().queues[0]?.settlementsWaiting ?? 0);
  });
  worker.start();
  await vi.waitFor(() => expect(worker.status().queues[0]).toMatchObject(backedUp), waiting);

  const receives = queue.proxy.count('ReceiveMessage');
  const taken = done.length;
  for (let i = 0; i < 20; i++) await queue.gateway.getQueueAttributes(queue.queueUrl);
  expect(queue.proxy.count('ReceiveMessage')).toBe(receives);
  expect(done.length).toBe(taken);
  expect(mostWaiting).toBeLessThanOrEqual(settlementsKept + 20);
  expect((await queue.counts()).inFlight).toBeLessThanOrEqual(settlementsKept + 20);

  queue.proxy.clear();
  queue.proxy.release();
  await emptied(queue);
  expect(sorted(done)).toEqual(sent);
  expect(answered.count).toBeGreaterThan(0);
});

/** Settlements that may wait before nothing more is taken; the running and the prefetched come on top. */
const settlementsKept = 200;
const backedUp = { openPollCount: 0, runningCount: 0, prefetchedCount: 0 };
