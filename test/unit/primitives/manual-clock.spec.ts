import { ManualClock } from '../../../lib/primitives/manual-clock.js';

describe('ManualClock', () => {
  test('fires timers in the order of their time', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push('late'), 20);
    clock.setTimer(() => fired.push('early'), 10);
    await clock.advance(30);
    expect(fired).toEqual(['early', 'late']);
  });

  test('lets code that waited on a timer set the next one', async () => {
    const clock = new ManualClock();
    const at: number[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(resolve, ms));
    const loop = (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(10);
        at.push(clock.now());
      }
    })();
    await clock.advance(100);
    await loop;
    expect(at).toEqual([10, 20, 30]);
  });

  test('never fires a timer that was cancelled', async () => {
    const clock = new ManualClock();
    let fired = false;
    clock.setTimer(() => (fired = true), 10).cancel();
    await clock.advance(20);
    expect(fired).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });
});
