/// <reference types="vite/types/importMeta.d.ts" />
import { useLine } from '../../support/faulty-queue.js';

// The same facts as through undici, which is what the files themselves use.
const specs = import.meta.glob<object>('../faults/*.spec.ts', { query: '?handler' });

describe("Through the client's request handler", () => {
  beforeAll(() => useLine('handler'));
  afterAll(() => useLine('undici'));

  for (const [file, load] of Object.entries(specs)) {
    describe(file.replace(/^.*\//, ''), async () => void (await load()));
  }
});
