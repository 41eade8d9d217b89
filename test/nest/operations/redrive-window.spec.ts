import { closeApps } from '../support/memory-app.js';
import { fill, numbered, operationsApp, whileTimePasses } from '../support/operations-app.js';

afterEach(closeApps);

const DEAD = 100_000;
/** Four requests of ten. */
const WINDOW = 40;

describe('a redrive of a hundred thousand dead letters', { timeout: 60_000 }, () => {
  test('never holds more than forty at once, and tells of each step', async () => {
    const app = await operationsApp({
      queues: [{ name: 'jobs', deadLetter: { queue: 'dead', maxReceiveCount: 1 } }],
    });
    await app.queues.create('jobs');
    await fill(app, 'dead', numbered(DEAD));
    let held = 0;
    app.service.afterCall = (operation) => {
      if (operation === 'ReceiveMessage') {
        held = Math.max(held, app.service.stats('dead').inflight);
      }
      return undefined;
    };
    let steps = 0;
    let last = 0;
    const redrive = app.deadLetters.redrive('dead', {
      way: 'receive-and-send',
      onProgress({ movedCount, toMoveCount }) {
        steps++;
        expect(toMoveCount).toBe(DEAD);
        expect(movedCount - last).toBeLessThanOrEqual(WINDOW);
        last = movedCount;
      },
    });
    expect(await whileTimePasses(app.clock, redrive)).toMatchObject({
      movedCount: DEAD,
      failedCount: 0,
    });
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(WINDOW);
    expect(steps).toBeGreaterThanOrEqual(DEAD / 10);
    expect(app.service.stats('jobs').visible).toBe(DEAD);
    expect(app.service.stats('dead').visible).toBe(0);
  });
});
