import { SQS_LIMITS } from '../../../lib/contracts/index.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { faultyQueue, sendAll, signalOf } from '../../support/faulty-queue.js';
import { signal } from '../../support/signals.js';

test('a queue deleted at run time is one clear error and slow retries, others go on, and a new one is served', async (t) => {
  const clock = new ManualClock();
  const queue = await faultyQueue(t);
  const otherUrl = await queue.direct.createQueue('other');
  const done = signal<unknown>();
  const doneMeanwhile = signal<unknown>();
  const worker = queue.worker({
    clock,
    consume: { waitTimeSeconds: 1 },
    also: [{ name: 'other', queueUrl: otherUrl }],
    handlers: { job: (data) => done.fire(data), meanwhile: (n) => doneMeanwhile.fire(n) },
  });
  const failed = signalOf(worker, 'poll:failed');
  const recovered = signalOf(worker, 'poll:recovered');
  worker.start();
  await queue.send('job', 'before');
  expect(await done.next()).toBe('before');

  await queue.direct.deleteQueue(queue.queueUrl);
  for (let i = 0; i < 3; i++) {
    const failure = await failed.next();
    expect(failure).toMatchObject({ queue: 'jobs', error: { kind: 'queue-not-found' } });
    expect(failure.retryInMs).toBe(30_000);
    await sendAll(queue.direct, otherUrl, 'meanwhile', [i]);
    expect(await doneMeanwhile.next()).toBe(i);
    if (i < 2) await clock.advance(30_000);
  }
  expect(queue.logger.at('error')).toEqual(['Receiving failed and needs somebody to act']);
  const [jobs, other] = worker.status().queues;
  expect(jobs?.pollError).toMatchObject({ kind: 'queue-not-found' });
  expect(other?.pollError).toBeUndefined();
  expect(worker.status().phase).toBe('running');

  queue.service.skip(SQS_LIMITS.deletedNameSeconds * 1_000);
  await queue.direct.createQueue('jobs');
  await queue.send('job', 'after');
  await clock.advance(30_000);
  expect(await recovered.next()).toEqual({ queue: 'jobs' });
  expect(await done.next()).toBe('after');
});

test('a queue that is purged while its tasks run goes on with what comes next', async (t) => {
  const queue = await faultyQueue(t);
  const done = signal<unknown>();
  const worker = queue.worker({
    handlers: {
      async job(data) {
        if (data === 'running') await queue.direct.purgeQueue(queue.queueUrl);
        done.fire(data);
      },
    },
  });
  const failed = signalOf(worker, 'poll:failed');
  worker.start();
  await queue.send('job', 'running');
  await done.next();
  await queue.send('job', 'next');
  expect(await done.next()).toBe('next');
  expect(failed.count).toBe(0);
});
