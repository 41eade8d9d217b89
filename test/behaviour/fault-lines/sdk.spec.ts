/// <reference types="vite/types/importMeta.d.ts" />
import { useLine } from '../../support/faulty-queue.js';

// The same facts as through undici, which is what the files themselves use.
const specs = import.meta.glob<object>('../faults/*.spec.ts', { query: '?sdk' });

describe('Through the SDK', () => {
  beforeAll(() => useLine('sdk'));
  afterAll(() => useLine('undici'));

  describe.each(Object.entries(specs))('%s', async (_, load) => void (await load()));
});
