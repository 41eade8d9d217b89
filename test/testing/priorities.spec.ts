import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { closeAll, startWeb, startWorker } from './support.js';

const jobs = { queue: 'jobs', pattern: 'job' };
const testing = { queues: [{ name: 'jobs', priorities: 3 }] };

@Controller()
class Jobs {
  @MessagePattern('job')
  run(@Payload() _name: string): void {}
}

afterEach(closeAll);

describe('Priorities in tests', () => {
  test('what was sent and what waits is that of the whole queue, and says its level', async () => {
    const { harness, sqs } = await startWeb({ testing });

    await sqs.send(jobs, 'whenever');
    await sqs.send(jobs, 'now', { priority: 2 });

    harness.expectSent(jobs, 'now', { priority: 2, times: 1 });
    expect(harness.sent('jobs').map(({ priority }) => priority)).toEqual([0, 2]);
    expect(harness.messages('jobs').map(({ data }) => data)).toEqual(['now', 'whenever']);
  });

  test('a send to another level than expected is told', async () => {
    const { harness, sqs } = await startWeb({ testing });

    await sqs.send(jobs, 'now', { priority: 1 });

    expect(() => harness.expectSent(jobs, 'now', { priority: 2 })).toThrow(/priority/);
  });

  test('flush() works every level', async () => {
    const { harness, sqs } = await startWorker({ testing, controllers: [Jobs] });

    await Promise.all([sqs.send(jobs, 'low'), sqs.send(jobs, 'high', { priority: 2 })]);
    await harness.flush();

    expect(new Set(harness.handled().map(({ data }) => data))).toEqual(new Set(['high', 'low']));
    expect(harness.messages('jobs')).toEqual([]);
  });

  test('inline, a handler runs with the level that was asked for', async () => {
    const { harness, sqs } = await startWorker({
      testing: { ...testing, inline: true },
      controllers: [Jobs],
    });

    await sqs.send(jobs, 'now', { priority: 1 });

    expect(harness.handled()).toMatchObject([
      { queue: 'jobs', data: 'now', outcome: { kind: 'success' } },
    ]);
  });
});
