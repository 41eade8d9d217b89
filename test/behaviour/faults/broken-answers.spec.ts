import {
  garbage,
  htmlError,
  reset,
  serverError,
  slowDrip,
  type Fault,
} from '../../support/fault-proxy.js';
import { controlError } from '../../support/control-errors.js';
import { emptied, faultyQueue, signalOf } from '../../support/faulty-queue.js';

const faults: [string, Fault, number][] = [
  ['500', serverError(500), 2],
  ['503', serverError(503), 2],
  ['a reset connection', reset(), 2],
  ['nonsense with status 200', garbage(), 2],
  ['nothing with status 200', garbage(''), 0],
  ['an error page with status 502', htmlError(502), 2],
  ['an answer that drips in', slowDrip(7), 0],
];

describe.concurrent('The loop survives', { timeout: 20_000 }, () => {
  for (const [name, fault, pollFailures] of faults) {
    test(`${name} to every operation, twice each`, async (t) => {
      const queue = await faultyQueue(t);
      const operations = ['ReceiveMessage', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch'];
      for (const operation of operations) queue.proxy.inject({ operation, times: 2, fault });
      await queue.send('job', 1);
      const attempts: number[] = [];
      const worker = queue.worker({
        handlers: {
          job(_data, { message }) {
            attempts.push(message.receiveCount);
            if (attempts.length === 1) throw controlError({ kind: 'retry', delaySeconds: 0 });
          },
        },
      });
      const failed = signalOf(worker, 'poll:failed');
      worker.start();
      await emptied(queue);
      expect(attempts).toEqual([1, 2]);
      expect(failed.count).toBe(pollFailures);
      expect(worker.status()).toMatchObject({ phase: 'running' });
    });
  }
});
