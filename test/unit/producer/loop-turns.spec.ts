import { setupProducer } from '../../support/producer.js';

const task = { queue: 'jobs', pattern: 'p' };

describe('A producer whose gateway answers in microtasks', () => {
  test.each([
    [
      'a loop of sends',
      async (send: () => Promise<unknown>) => {
        for (let i = 0; i < 200; i++) await send();
      },
    ],
    [
      'many sends at once',
      async (send: () => Promise<unknown>) => {
        await Promise.all(Array.from({ length: 2_000 }, send));
      },
    ],
  ])('does not starve the event loop: %s', async (_name, run) => {
    const { producer, gateway } = setupProducer();
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await run(() => producer.send(task, null));
    isOver = true;
    // Sixteen may be under way when ten were answered in one turn.
    expect(turns).toBeGreaterThanOrEqual(gateway.requests.length / 40);
    expect(gateway.requests.length).toBeGreaterThan(100);
  });
});
