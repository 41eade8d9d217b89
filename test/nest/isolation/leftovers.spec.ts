import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeApps } from '../support/memory-app.js';
import { actor } from './actor.js';
import type { Act } from './fixtures/acts.js';
import { inFile } from './fixtures/members.js';
import { isolationApp, listening } from './support.js';

afterEach(closeApps);

// The first member of a machine transpiles what it runs.
const slow = { timeout: 60_000 };

/** Longer than a member that is free may take to answer. */
const PROOF_MS = 5_000;

describe.each(['thread', 'process'] as const)(
  'what a task leaves behind in its %s',
  slow,
  (runtime) => {
    async function setup(limits: { hardTimeoutMs?: number } = {}) {
      const isolate = inFile(runtime, { size: 1, heapLimitMb: 128 });
      const options = { isolate, ...limits };
      const app = await isolationApp({ controllers: [actor(options)] });
      await app.warm();
      return app;
    }

    test.each<Act['act'][]>([['blockAtOnce'], ['blockSoon']])(
      'and blocks it (%s) harms no other task: that one gets a new member',
      async (act) => {
        const app = await setup();
        expect(await app.act({ act })).toMatchObject({ kind: 'success' });
        const next = app.act({ act: 'echo', n: 1 });

        await app.clock.advance(PROOF_MS);

        expect(await next).toEqual({ kind: 'success', value: { act: 'echo', n: 1 } });
      },
    );

    test('acts on no other task: not by the context that it kept', async () => {
      const app = await setup();
      const extensions: number[] = [];
      vi.spyOn(app.gateway, 'changeVisibilityBatch').mockImplementation((_url, entries) => {
        extensions.push(...entries.map((entry) => entry.visibilityTimeoutSeconds));
        return Promise.resolve(entries.map(() => ({ ok: true, value: undefined })));
      });
      await app.act({ act: 'keepContext' });

      expect(await app.act({ act: 'useKept' })).toMatchObject({
        kind: 'retry',
        error: { message: 'and fails' },
      });

      expect(extensions).toContain(90);
      expect(extensions).not.toContain(800);
    });

    test.each<Act['act'][]>([['exitAtOnce'], ['rejectAtOnce'], ['throwSoon'], ['heapAtOnce']])(
      'and ends it (%s) harms no other task',
      async (act) => {
        const app = await setup();
        expect(await app.act({ act })).toMatchObject({ kind: 'success' });

        expect(await app.act({ act: 'echo', n: 1 })).toMatchObject({ kind: 'success' });
      },
    );

    test.each([
      ['it does not answer', {}, [PROOF_MS, PROOF_MS]],
      ['its time is over, and that begins anew', { hardTimeoutMs: 3_000 }, [3_000]],
    ] as const)(
      'and blocks it while it is idle: the next task goes elsewhere when %s',
      async (_, limits, waits) => {
        const app = await setup(limits);
        const { port, connected } = await listening();
        await app.act({ act: 'blockLater', port });
        await connected;
        await app.starts.next();
        const next = app.act({ act: 'echo', n: 1 });
        await app.starts.next();

        for (const ms of waits) await app.clock.advance(ms);

        expect(await next).toEqual({ kind: 'success', value: { act: 'echo', n: 1 } });
      },
    );

    test('and ends it while it is idle: the next task goes elsewhere', async () => {
      const app = await setup();
      const { port, connected } = await listening();
      await app.act({ act: 'exitLater', port });
      await once(await connected, 'close');

      expect(await app.act({ act: 'echo', n: 1 })).toMatchObject({ kind: 'success' });
    });

    test('and ends it when the next task was handed over but cannot have begun: that one goes elsewhere', async () => {
      const app = await setup();
      const { port, connected } = await listening();
      const file = join(mkdtempSync(join(tmpdir(), 'leftovers-')), 'exit');
      await app.act({ act: 'blockThenExit', port, file });
      await connected;
      await app.starts.next();
      const next = app.act({ act: 'echo', n: 1 });
      await app.starts.next();
      // From the start of a delivery to the pool: guards and pipes, which take no time but turns.
      for (let turn = 0; turn < 20; turn++)
        await new Promise((resolve) => void setImmediate(resolve));

      writeFileSync(file, '');

      expect(await next).toMatchObject({ kind: 'success' });
      expect(JSON.stringify(app.logger.lines)).toContain('could begin a task: another one gets it');
    });
  },
);
