import { emptied, faultyQueue, nextOf, signalOf } from '../../support/faulty-queue.js';
import { gate, signal } from '../../support/signals.js';

test(
  'an endpoint that goes away and comes back: running tasks finish, and new ones are taken',
  { timeout: 20_000 },
  async (t) => {
    const queue = await faultyQueue(t);
    await queue.send('job', 1, 2);
    const finish = gate();
    const started = signal<unknown>();
    const worker = queue.worker({
      handlers: {
        job(data) {
          started.fire(data);
          return finish.opened;
        },
      },
    });
    const failed = signalOf(worker, 'poll:failed');
    const recovered = signalOf(worker, 'poll:recovered');
    worker.start();
    await nextOf(started, 2);
    const openAgain = await queue.closeEndpoint();
    await nextOf(failed, 2);
    finish.open();
    await openAgain();
    await recovered.next();
    await emptied(queue);
    await queue.send('job', 3);
    await started.next();
    await emptied(queue);
    expect(started.count).toBe(3);
  },
);
