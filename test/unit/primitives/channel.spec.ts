import { Channel } from '../../../lib/primitives/channel.js';

describe('Channel', () => {
  test('gives values in the order of the asks, also to one that asks while they are handed over', async () => {
    const channel = new Channel<number>();
    const got: number[] = [];
    const take = async (): Promise<void> => void got.push((await channel.next()).value as number);
    const first = [take(), take()];
    channel.put(1);
    const late = take();
    channel.put(2);
    channel.put(3);
    await Promise.all([...first, late]);
    expect(got).toEqual([1, 2, 3]);
  });

  test('gives what it holds after it was closed, then is done', async () => {
    const channel = new Channel<number>();
    channel.put(1);
    channel.close();
    channel.put(2);
    expect([await channel.next(), await channel.next()]).toEqual([
      { done: false, value: 1 },
      { done: true, value: undefined },
    ]);
  });

  test('counts values that wait and asks that wait', () => {
    const channel = new Channel<number>();
    void channel.next();
    expect([channel.size, channel.askCount]).toEqual([0, 1]);
    for (const value of [1, 2, 3]) channel.put(value);
    expect([channel.size, channel.askCount]).toEqual([2, 0]);
    channel.drop();
    expect(channel.takeAll()).toEqual([3]);
  });
});
