import type { RedriveReport } from '../../../lib/index.js';
import { startEmbedded } from '../../support/embedded.js';
import { Children } from '../../support/process.js';
import { fill, numbered } from '../support/operations-app.js';

const DEAD = 2_000;
/** What a redrive holds at most: those may be in both queues when it is killed. */
const WINDOW = 40;
const fixture = new URL('./fixtures/redriver.ts', import.meta.url);

describe('a redrive that is killed among two thousand dead letters', { timeout: 120_000 }, () => {
  const children = new Children();

  afterEach(() => children.stopAll());

  test('loses none: its successor moves the rest', async () => {
    const service = await startEmbedded();
    const { gateway } = service;
    const deadUrl = await gateway.createQueue('dead');
    const { QueueArn } = await gateway.getQueueAttributes(deadUrl);
    const policy = { deadLetterTargetArn: QueueArn, maxReceiveCount: 5 };
    const attributes = { RedrivePolicy: JSON.stringify(policy) };
    const url = await gateway.createQueue('jobs', { attributes });
    await fill(service, 'dead', numbered(DEAD));
    const env = { SQS_EMBEDDED_URL: service.endpoint };
    const first = children.start(fixture, { env, args: [String(DEAD)] });
    for (let step = 0; step < 60; step++) await first.line(/^moved/);
    first.kill('SIGKILL');
    await first.exited;
    const left = await count(deadUrl);
    const second = children.start(fixture, { env, args: [String(left)] });
    const line = await second.line(/^report/);
    await second.exited;
    const report = JSON.parse(line.slice('report '.length)) as RedriveReport;
    expect(report).toMatchObject({ way: 'receive-and-send', movedCount: left, failedCount: 0 });
    expect(left).toBeLessThan(DEAD);
    expect(await count(deadUrl)).toBe(0);
    const bodies = await takeAll(url);
    expect(new Set(bodies).size).toBe(DEAD);
    expect(bodies.length).toBeLessThanOrEqual(DEAD + WINDOW);
    await service.close();

    async function count(queueUrl: string): Promise<number> {
      const all = await gateway.getQueueAttributes(queueUrl);
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
      return names.reduce((sum, name) => sum + Number(all[name]), 0);
    }

    async function takeAll(queueUrl: string): Promise<string[]> {
      const taken: string[] = [];
      for (;;) {
        const some = await gateway.receive(queueUrl, { maxMessages: 10, waitTimeSeconds: 0 });
        if (some.length === 0) return taken;
        taken.push(...some.map(({ body }) => body));
      }
    }
  });
});
