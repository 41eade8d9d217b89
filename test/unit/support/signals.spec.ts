import { gate, seededRandom, signal } from '../../support/signals.js';

describe('signal', () => {
  test('wakes who waits, in order', async () => {
    const renewed = signal<string>();
    const waits = [renewed.next(), renewed.next()];
    renewed.fire('first');
    renewed.fire('second');
    expect(await Promise.all(waits)).toEqual(['first', 'second']);
  });

  test('keeps what was fired before anyone waited', async () => {
    const renewed = signal<number>();
    renewed.fire(1);
    renewed.fire(2);
    expect([await renewed.next(), await renewed.next(), renewed.count]).toEqual([1, 2, 2]);
  });
});

describe('gate', () => {
  test('holds back until it is opened', async () => {
    const door = gate();
    const passed: string[] = [];
    const passing = door.opened.then(() => passed.push('through'));
    expect(passed).toEqual([]);
    door.open();
    await passing;
    expect(passed).toEqual(['through']);
  });
});

function draw(seed: number, length = 5): number[] {
  return Array.from({ length }, seededRandom(seed));
}

describe('seededRandom', () => {
  test('repeats itself for the same seed only', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('fills the range from 0 up to 1 evenly', () => {
    const numbers = draw(1, 10_000);
    for (let tenth = 0; tenth < 10; tenth++) {
      const { length } = numbers.filter((value) => Math.floor(value * 10) === tenth);
      expect(Math.abs(length - 1_000)).toBeLessThan(150);
    }
  });
});
