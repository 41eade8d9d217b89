import { handledInATest } from './harness.js';

// Vitest and Jest give these as globals.
declare const test: (name: string, body: () => Promise<void>) => void;
declare const expect: (value: unknown) => { toEqual(expected: unknown): void };

test('a delayed task is handled', async () => {
  expect(await handledInATest()).toEqual(['ada@example.org']);
});
