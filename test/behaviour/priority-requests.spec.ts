import { familySetup, type FamilySetup } from '../support/family.js';
import { drained } from '../support/memory.js';
import { seededRandom } from '../support/signals.js';

/** Sends, receives, deletes and visibility changes. */
function requestsOf({ service }: FamilySetup): number {
  const counted = [
    'SendMessageBatch',
    'ReceiveMessage',
    'DeleteMessageBatch',
    'ChangeMessageVisibilityBatch',
  ] as const;
  return counted.reduce((sum, operation) => sum + service.calls.of(operation), 0);
}

const orders = ['strict', 'weighted'] as const;

test('Urgent tasks that come one by one cost two receives each in strict order', async () => {
  const setup = await familySetup();
  const worker = setup.worker({ handlers: { job: () => {} } });
  worker.start();
  await setup.clock.advance(1_000);
  setup.polls.splice(0);
  for (let i = 0; i < 10; i++) {
    await setup.fill(1, 1);
    await setup.clock.advance(100);
  }
  expect(setup.polls).toHaveLength(20);
  await drained(setup, worker);
});

describe.each(orders)('Requests of a queue with %s priorities at load, forty slots', (order) => {
  async function setupWorker(handlerMs: number, answerMs: number) {
    const setup = await familySetup({ priorities: 3 });
    setup.service.calls.reset();
    const random = seededRandom(1);
    let runs = 0;
    const worker = setup.worker({
      consume: { concurrency: 40, priorityOrder: order },
      handlers: {
        async job() {
          if (handlerMs > 0) await setup.sleep(5 + random() * (handlerMs - 5));
          runs++;
        },
      },
    });
    const { beforeCall } = setup.service;
    setup.service.beforeCall = async (operation, queue, request) => {
      await beforeCall?.(operation, queue, request);
      if (answerMs > 0) await setup.sleep(answerMs);
    };
    return { setup, worker, runs: () => runs };
  }

  test.each([
    [0, 0],
    [0, 10],
    [50, 0],
    [50, 10],
  ])(
    'are at most 0.33 a task with work on all levels: handlers of %i ms, answers in %i ms',
    async (handlerMs, answerMs) => {
      const { setup, worker, runs } = await setupWorker(handlerMs, answerMs);
      const filled = Promise.all([0, 1, 2].map((level) => setup.fill(level, 1_000)));
      await setup.clock.advance(3_000);
      await filled;
      worker.start();
      await setup.clock.advance(15_000);
      expect(runs()).toBe(3_000);
      expect(setup.left()).toBe(0);
      expect(requestsOf(setup) / runs()).toBeLessThanOrEqual(0.33);
      await drained(setup, worker);
    },
  );

  test('are at most 0.33 a task where urgent ones keep coming in between', async () => {
    const { setup, worker, runs } = await setupWorker(50, 0);
    await setup.fill(0, 5_000);
    worker.start();
    for (let burst = 0; burst < 10; burst++) {
      await setup.fill(2, 40);
      await setup.clock.advance(300);
    }
    await setup.clock.advance(15_000);
    expect(runs()).toBe(5_400);
    expect(requestsOf(setup) / runs()).toBeLessThanOrEqual(0.33);
    await drained(setup, worker);
  });
});
