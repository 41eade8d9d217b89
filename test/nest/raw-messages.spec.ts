import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { SqsContext, SqsRawTask } from '../../lib/index.js';
import type { TaskMessage } from '../../lib/index.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

describe('a raw handler', () => {
  test('sees body, attributes, sender, receive count and both times of its message', async () => {
    const seen: { message: TaskMessage; ofContext: TaskMessage }[] = [];
    @Controller()
    class Cron {
      @SqsRawTask({ queue: 'jobs' })
      tick(@Payload() message: TaskMessage, @Ctx() { message: ofContext }: SqsContext): void {
        seen.push({ message, ofContext });
        if (seen.length === 1) throw new Error('once more');
      }
    }
    const app = await memoryApp({ controllers: [Cron] });
    const url = await app.gateway.getQueueUrl('jobs');
    const attributes = { kind: { dataType: 'String', stringValue: 'schedule' } };
    const sentAt = app.clock.wallNow();
    await app.gateway.sendBatch(url, [{ body: 'not a task', attributes }]);
    await app.clock.advance(700_000);

    const [first, second] = seen.map(({ message }) => message);
    expect(first).toMatchObject({ body: 'not a task', attributes, receiveCount: 1, sentAt });
    expect(first?.systemAttributes).toMatchObject({
      SenderId: expect.any(String) as string,
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d+$/) as string,
    });
    expect(second).toMatchObject({ receiveCount: 2, sentAt });
    expect(seen[0]?.ofContext).toBe(first);
  });
});
