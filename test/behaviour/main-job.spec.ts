import { deferred } from '../../lib/primitives/deferred.js';
import { startEmbedded, type EmbeddedService } from '../support/embedded.js';
import { bodyOf, workerOn } from '../support/worker.js';

describe('Worker on a real service', () => {
  let service: EmbeddedService;
  let queueUrl: string;

  beforeAll(async () => {
    service = await startEmbedded();
  });

  beforeEach(async () => {
    queueUrl = await service.gateway.createQueue(`jobs-${Math.random().toString(36).slice(2)}`);
  });

  afterAll(() => service.close());

  async function counts(): Promise<{ visible: number; hidden: number }> {
    const attributes = await service.gateway.getQueueAttributes(queueUrl);
    return {
      visible: Number(attributes['ApproximateNumberOfMessages']),
      hidden: Number(attributes['ApproximateNumberOfMessagesNotVisible']),
    };
  }

  test('runs the handler and deletes the message after it', async () => {
    await service.gateway.sendBatch(queueUrl, [{ body: bodyOf('greet', { name: 'Ada' }) }]);
    const seen = deferred<unknown>();
    const worker = workerOn({
      gateway: service.gateway,
      queueUrl,
      handlers: { greet: (data) => seen.resolve(data) },
    });
    worker.start();
    expect(await seen.promise).toEqual({ name: 'Ada' });
    await worker.drain();
    expect(await counts()).toEqual({ visible: 0, hidden: 0 });
  });

  test('runs a thousand tasks once each in at most 0.21 requests a task', async () => {
    for (let i = 0; i < 100; i++) {
      const entries = Array.from({ length: 10 }, (_, j) => ({ body: bodyOf('count', i * 10 + j) }));
      await service.gateway.sendBatch(queueUrl, entries);
    }
    const seen = new Map<unknown, number>();
    const all = deferred();
    let requests = 0;
    const counted = new Proxy(service.gateway, {
      get(target, key, receiver) {
        if (key === 'receive' || key === 'deleteBatch' || key === 'changeVisibilityBatch')
          requests++;
        const value: unknown = Reflect.get(target, key, receiver);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const worker = workerOn({
      gateway: counted,
      queueUrl,
      consume: { concurrency: 40 },
      handlers: {
        count(data) {
          seen.set(data, (seen.get(data) ?? 0) + 1);
          if (seen.size === 1_000) all.resolve();
        },
      },
    });
    worker.start();
    await all.promise;
    const atLoad = requests;
    await worker.drain();
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(atLoad / 1_000).toBeLessThanOrEqual(0.21);
    expect(await counts()).toEqual({ visible: 0, hidden: 0 });
  });
});
