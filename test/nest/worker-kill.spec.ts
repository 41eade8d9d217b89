import { Children } from '../support/process.js';
import { startEmbedded } from '../support/embedded.js';
import { bodyOf } from '../support/worker.js';

const TASKS = 1_000;
const fixture = new URL('./fixtures/counting-worker.ts', import.meta.url);

describe(
  'a Nest worker that is killed in the middle of a thousand tasks',
  { timeout: 120_000 },
  () => {
    const children = new Children();

    afterEach(() => children.stopAll());

    test('loses none: its successor does what is left', async () => {
      const service = await startEmbedded();
      const queueUrl = await service.gateway.createQueue('counts');
      for (let from = 0; from < TASKS; from += 10) {
        const entries = Array.from({ length: 10 }, (_, i) => ({ body: bodyOf('count', from + i) }));
        await service.gateway.sendBatch(queueUrl, entries);
      }
      const env = { SQS_EMBEDDED_URL: service.endpoint };
      const first = children.start(fixture, { env });
      for (let done = 0; done < 300; done++) await first.line(/^done/);
      first.kill('SIGKILL');
      const second = children.start(fixture, { env });
      await second.exited;
      const lines = [...first.lines, ...second.lines].filter((line) => line.startsWith('done '));
      expect(new Set(lines).size).toBe(TASKS);
      // What was done twice was in the hands of the one that was killed: its slots, its prefetch, its deletes on their way.
      expect(lines.length).toBeLessThan(TASKS + 300);
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } =
        await service.gateway.getQueueAttributes(queueUrl);
      expect([ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible]).toEqual([
        '0',
        '0',
      ]);
      await service.close();
    });
  },
);
