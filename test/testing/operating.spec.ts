import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SqsDeadLetters, SqsModule, SqsQueues, SqsTask, squids } from '../../lib/index.js';
import { closeAll, startWeb, startWorker } from './support.js';

afterEach(closeAll);

describe('queues and dead letters of an app under test', () => {
  test('are told of, looked into, moved and drained', async () => {
    const { app, sqs } = await startWeb({});
    const [queues, deadLetters] = [app.get(SqsQueues), app.get(SqsDeadLetters)];
    await queues.create('other');
    await sqs.sendMany({ queue: 'jobs', pattern: 'greet' }, ['a', 'b', 'c']);
    const options = { waitTimeSeconds: 0 };
    const { messages } = await queues.peek('jobs', options);
    expect(messages.map(({ task }) => task?.data)).toEqual(['a', 'b', 'c']);
    const byHand = { ...options, way: 'receive-and-send', to: 'other' } as const;
    expect(await deadLetters.redrive('jobs', byHand)).toMatchObject({ movedCount: 3 });
    expect(await queues.stats('other')).toMatchObject({ messageCount: 3 });
    expect(await queues.drain('other', options)).toMatchObject({ deletedCount: 3 });
    expect((await queues.list()).map(({ name }) => name)).toEqual(['jobs', 'other']);
  });

  test('are worked in place, read by the format of their queue', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Emails {
      @SqsTask('greet', { queue: 'emails' })
      greet(@Payload() data: unknown): void {
        seen.push(data);
      }
    }
    const emails = { name: 'emails', format: squids(), deadLetter: { queue: 'emails-dead' } };
    const { sqs, harness } = await startWorker({
      imports: [SqsModule.forRoot({ queues: [emails] })],
      controllers: [Emails],
      worker: { queues: [{ name: 'emails-dead', handlersOf: 'emails' }] },
    });
    const body = '{"task": "greet", "args": [1], "kwargs": {}}';
    await sqs.queue('emails-dead').sendRaw(body);
    await harness.flush();
    expect(seen).toEqual([{ args: [1], kwargs: {} }]);
  });
});
