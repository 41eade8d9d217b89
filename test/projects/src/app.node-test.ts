import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { handledInATest } from './harness.js';

void test('a delayed task is handled', async () => {
  deepEqual(await handledInATest(), ['ada@example.org']);
});
