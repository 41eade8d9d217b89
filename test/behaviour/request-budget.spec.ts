import { memorySetup, type MemorySetup } from '../support/memory.js';
import { bodyOf } from '../support/worker.js';
import { seededRandom } from '../support/signals.js';

const taskCount = 2_000;

describe('Requests at load, forty slots', () => {
  describe.each([
    { queue: 'jobs', perGroup: 1, most: 0.21 },
    { queue: 'jobs.fifo', perGroup: 1, most: 0.25 },
    { queue: 'jobs.fifo', perGroup: 5, most: 0.25 },
  ])('$queue, $perGroup a group: at most $most a task', ({ queue, perGroup, most }) => {
    test.each([
      { handlers: 'at once', answers: 'at once', handlerMs: 0, answerMs: 0 },
      { handlers: 'at once', answers: 'in 10 ms', handlerMs: 0, answerMs: 10 },
      { handlers: 'in 5 to 50 ms', answers: 'at once', handlerMs: 50, answerMs: 0 },
      { handlers: 'in 5 to 50 ms', answers: 'in 10 ms', handlerMs: 50, answerMs: 10 },
    ])('handlers end $handlers, SQS answers $answers', async ({ handlerMs, answerMs }) => {
      const setup = await memorySetup({ queue });
      await fill(setup, perGroup);
      const { clock, service } = setup;
      if (answerMs > 0) service.beforeCall = () => sleep(setup, answerMs);
      const random = seededRandom(1);
      let runs = 0;
      const worker = setup.worker({
        consume: { concurrency: 40 },
        handlers: {
          async job() {
            if (handlerMs > 0) await sleep(setup, 5 + random() * (handlerMs - 5));
            runs++;
          },
        },
      });
      service.calls.reset();
      worker.start();
      await clock.advance(30_000);
      expect(runs).toBe(taskCount);
      expect(setup.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      const requests =
        service.calls.of('ReceiveMessage') +
        service.calls.of('DeleteMessageBatch') +
        service.calls.of('ChangeMessageVisibilityBatch');
      expect(requests / taskCount).toBeLessThanOrEqual(most);
      const drain = worker.drain();
      await clock.advance(25_000);
      await drain;
    });
  });
});

/** On FIFO, groups take turns. */
async function fill({ gateway, queueUrl, name }: MemorySetup, perGroup: number): Promise<void> {
  const groups = taskCount / perGroup;
  const isFifo = name.endsWith('.fifo');
  for (let i = 0; i < taskCount; i += 10) {
    const entries = Array.from({ length: 10 }, (_, j) => ({
      body: bodyOf('job', i + j),
      ...(isFifo && { groupId: `g${(i + j) % groups}`, deduplicationId: `d${i + j}` }),
    }));
    await gateway.sendBatch(queueUrl, entries);
  }
}

function sleep({ clock }: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, ms));
}
