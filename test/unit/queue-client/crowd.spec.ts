import { Crowd } from '../../../lib/queue-client/sdk/crowd.js';
import { deferred } from '../../../lib/primitives/deferred.js';

describe('Crowd', () => {
  test('lets what is few begin at once, and the rest at the next turn of the event loop', async () => {
    const { crowd, begin, begun, end } = setup();
    const works = Array.from({ length: 300 }, begin);
    expect(begun()).toBe(256);
    await Promise.resolve();
    expect(begun()).toBe(256);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun()).toBe(300);
    end();
    await Promise.all(works);
    const last = crowd.enter(() => Promise.resolve('at once'));
    expect(await Promise.race([last, nextTurn()])).toBe('at once');
  });

  test('is left by what fails', async () => {
    const { crowd, begin, begun } = setup();
    const failing = Array.from({ length: 256 }, () =>
      crowd.enter(() => Promise.reject(new Error('no'))),
    );
    await Promise.allSettled(failing);
    void begin();
    expect(begun()).toBe(1);
  });
});

function setup() {
  const crowd = new Crowd();
  const gate = deferred<void>();
  let count = 0;
  return {
    crowd,
    begun: () => count,
    end: () => gate.resolve(),
    begin: () =>
      crowd.enter(() => {
        count++;
        return gate.promise;
      }),
  };
}

function nextTurn(): Promise<string> {
  return new Promise((resolve) => setImmediate(() => resolve('next turn')));
}
