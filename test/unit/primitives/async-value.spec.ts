import { AsyncLocalStorage } from 'node:async_hooks';
import { AsyncValue } from '../../../lib/primitives/async-value.js';

describe('A value of what is called', () => {
  test('is seen by all that is started, and ends with it', async () => {
    const value = new AsyncValue<string>();
    const seen = await value.run('outer', async () => {
      await Promise.resolve();
      const inner = value.run('inner', () => value.get());
      return [value.get(), inner];
    });
    expect(seen).toEqual(['outer', 'inner']);
    expect(value.get()).toBeUndefined();
  });

  test('is apart from the values of others, inside and outside of them', () => {
    const one = new AsyncValue<number>();
    const other = new AsyncValue<number>();
    one.run(1, () => {
      expect(other.get()).toBeUndefined();
      other.run(2, () => expect([one.get(), other.get()]).toEqual([1, 2]));
      expect([one.get(), other.get()]).toEqual([1, undefined]);
    });
  });

  test('makes no promise slower for each of a process that has hundreds: all share one storage', () => {
    const entered = vi.spyOn(AsyncLocalStorage.prototype, 'run');
    for (let n = 0; n < 300; n++) new AsyncValue<number>().run(n, () => {});
    expect(new Set(entered.mock.contexts).size).toBe(1);
    entered.mockRestore();
  });
});
