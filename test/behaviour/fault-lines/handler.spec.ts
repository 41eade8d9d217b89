/// <reference types="vite/types/importMeta.d.ts" />
import { useLine } from '../../support/faulty-queue.js';

// The same facts as through undici, which is what the files themselves use.
const specs = import.meta.glob<object>('../faults/*.spec.ts', { query: '?handler' });

describe("Through the client's request handler", () => {
  beforeAll(() => useLine('handler'));
  afterAll(() => useLine('undici'));

  describe.each(Object.entries(specs))('%s', async (_, load) => void (await load()));
});
