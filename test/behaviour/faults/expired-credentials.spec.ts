import { serviceError } from '../../support/fault-proxy.js';
import { emptied, faultyQueue, nextOf, signalOf } from '../../support/faulty-queue.js';

test('a token that expires while the worker runs is waited out soon, and nothing is lost', async (t) => {
  const queue = await faultyQueue(t);
  const message = 'The security token included in the request is expired';
  const rule = queue.proxy.inject({ fault: serviceError(403, 'ExpiredTokenException', message) });
  await queue.send('job', 1);
  const seen: unknown[] = [];
  const worker = queue.worker({ handlers: { job: (data) => void seen.push(data) } });
  const failed = signalOf(worker, 'poll:failed');
  const recovered = signalOf(worker, 'poll:recovered');
  worker.start();
  const [first] = await nextOf(failed, 2);
  // A new token is a matter of seconds: no slow pause as for rights that somebody has to grant.
  expect(first).toMatchObject({ error: { kind: 'unavailable', code: 'ExpiredTokenException' } });
  expect(first?.retryInMs).toBeLessThanOrEqual(250);
  rule.remove();
  await recovered.next();
  await emptied(queue);
  expect(seen).toEqual([1]);
  expect(worker.status().phase).toBe('running');
});
