import { controlError } from '../support/control-errors.js';
import { drained, memorySetup } from '../support/memory.js';

describe('A dead-letter queue that takes less than its source', () => {
  const body = JSON.stringify({ pattern: 'job', data: 'x'.repeat(1_000) });

  async function deadLettered(limitBytes: number) {
    const setup = await memorySetup({ maxReceiveCount: 5 });
    const limit = { MaximumMessageSize: String(limitBytes) };
    await setup.gateway.setQueueAttributes(setup.deadUrl, limit);
    await setup.sendBody(body);
    const worker = setup.worker({
      handlers: {
        job() {
          throw controlError({ kind: 'dead-letter', reason: 'r'.repeat(400) });
        },
      },
    });
    worker.start();
    await setup.clock.advance(1_000);
    const [letter] = setup.service.messages('dead');
    const counts = setup.counts();
    await drained(setup, worker);
    return { letter, counts };
  }

  test('gets the copy without its reason where only that makes it too large', async () => {
    const { letter, counts } = await deadLettered(1_100);
    expect(letter).toMatchObject({ body });
    expect(Object.keys(letter?.attributes ?? {})).toEqual([]);
    expect(counts).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('gets the copy with its reason where it fits', async () => {
    const { letter } = await deadLettered(2_048);
    expect(Object.keys(letter?.attributes ?? {})).toHaveLength(2);
  });

  test('loses nothing where even the message alone is too large: it is retried', async () => {
    const { letter, counts } = await deadLettered(1_024);
    expect(letter).toBeUndefined();
    expect(counts.inFlight + counts.visible).toBe(1);
  });
});
