import type { Check } from '../check.js';
import { failureOf } from '../probe.js';

export const longPollChecks: readonly Check[] = [
  {
    name: 'a long poll answers as soon as a message comes',
    async run(bench) {
      const queue = await bench.standard();
      const poll = queue.bodies({ waitTimeSeconds: 20 });
      await queue.send('a');
      expect(await poll).toEqual(['a']);
    },
  },
  {
    name: 'a long poll answers as soon as a visibility timeout ends',
    async run(bench) {
      const queue = await bench.standard();
      await queue.send('a');
      await queue.one();
      const poll = queue.bodies({ waitTimeSeconds: 20 });
      await bench.advance(1_000);
      expect(await poll).toEqual(['a']);
    },
  },
  {
    name: 'a long poll that nothing comes to answers nothing at its end',
    async run(bench) {
      const queue = await bench.standard();
      const poll = queue.receive({ waitTimeSeconds: 1 });
      await bench.advance(1_000);
      expect(await poll).toEqual([]);
    },
  },
  {
    name: 'an aborted long poll fails as aborted',
    async run(bench) {
      const queue = await bench.standard();
      const abort = new AbortController();
      const request = { maxMessages: 10, waitTimeSeconds: 20 };
      const poll = bench.gateway.receive(queue.url, request, { signal: abort.signal });
      abort.abort();
      expect((await failureOf(poll)).kind).toBe('aborted');
    },
  },
  {
    name: 'an aborted long poll takes nothing',
    async run(bench) {
      const queue = await bench.standard({ VisibilityTimeout: '60' });
      const abort = new AbortController();
      const request = { maxMessages: 10, waitTimeSeconds: 20 };
      const poll = bench.gateway.receive(queue.url, request, { signal: abort.signal });
      // The request is under way before it is cut.
      await bench.advance(200);
      abort.abort();
      await failureOf(poll);
      await queue.send('a');
      expect(await queue.bodies()).toEqual(['a']);
    },
  },
  {
    name: 'a call whose signal was aborted before does nothing',
    async run(bench) {
      const queue = await bench.standard();
      const send = bench.gateway.sendBatch(queue.url, [{ body: 'a' }], {
        signal: AbortSignal.abort(),
      });
      expect((await failureOf(send)).kind).toBe('aborted');
      expect(await queue.receive()).toEqual([]);
    },
  },
  {
    name: 'gives at most as many messages as asked for',
    async run(bench) {
      const queue = await bench.standard({ VisibilityTimeout: '60' });
      await queue.send('a', 'b', 'c');
      expect(await queue.bodies({ maxMessages: 2 })).toHaveLength(2);
      expect(await queue.bodies({ maxMessages: 2 })).toHaveLength(1);
    },
  },
];
