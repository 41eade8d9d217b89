import { Controller, Injectable } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SendFailedError } from '../../lib/index.js';
import { closeAll, startWeb, startWorker } from './support.js';

@Injectable()
class Log {
  readonly lines: unknown[] = [];
}

@Controller()
class Jobs {
  constructor(private readonly log: Log) {}

  @MessagePattern('note')
  note(@Payload() data: unknown): void {
    this.log.lines.push(data);
  }
}

const app = { controllers: [Jobs], providers: [Log] };
const note = { queue: 'jobs', pattern: 'note' };

afterEach(closeAll);

describe('SqsFaults', () => {
  test('the next send fails, and only that one', async () => {
    const { sqs, harness } = await startWeb(app);
    harness.faults.failNextSend({ queue: 'jobs' });
    await sqs.send({ ...note, queue: 'other' }, 0);

    await expect(sqs.send(note, 1)).rejects.toThrow(SendFailedError);
    await sqs.send(note, 2);

    expect(harness.sent('jobs').map(({ data }) => data)).toEqual([2]);
    expect(harness.faults.pendingCount).toBe(0);
  });

  test('a throttled send is made again after a pause', async () => {
    const { sqs, harness } = await startWeb(app);
    harness.faults.throttle('SendMessageBatch', { times: 2 });
    const sending = sqs.send(note, 1);

    await harness.flush();

    await expect(sending).resolves.toMatchObject({ queue: 'jobs' });
    expect(harness.service().calls.of('SendMessageBatch')).toBe(3);
  });

  test('a send whose answer is lost is made twice', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    harness.faults.loseResponse();
    const sending = sqs.send(note, 1);
    await harness.flush();
    await sending;

    expect(made.get(Log).lines).toEqual([1, 1]);
  });

  test('a delete whose answer is lost is repeated, and the task does not run again', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    harness.faults.loseResponse('DeleteMessageBatch');
    await sqs.send(note, 1);
    await harness.advance(120_000);

    expect(made.get(Log).lines).toEqual([1]);
    expect(harness.messages('jobs')).toEqual([]);
  });

  test('a delivery is duplicated', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    harness.faults.duplicateDelivery();
    await sqs.send(note, 1);
    await harness.advance(60_000);

    expect(harness.faults.pendingCount).toBe(0);
    expect(harness.service().stats('jobs').received).toBe(2);
    expect(made.get(Log).lines.length).toBeGreaterThan(0);
    expect(harness.messages('jobs')).toEqual([]);
  });

  test('faults that have not happened are cleared', async () => {
    const { sqs, harness } = await startWeb(app);
    harness.faults.failNextSend({ error: new Error('mine') });
    harness.faults.clear();

    await sqs.send(note, 1);

    expect(harness.sent('jobs')).toHaveLength(1);
  });
});
