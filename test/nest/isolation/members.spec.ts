import { controlSignalOf, sns } from '../../../lib/index.js';
import { closeApps } from '../support/memory-app.js';
import { inFile } from './fixtures/members.js';
import { actor } from './actor.js';
import { isolationApp, listening } from './support.js';

afterEach(closeApps);

// The first member of a machine transpiles what it runs.
const slow = { timeout: 60_000 };

describe.each(['thread', 'process'] as const)('a task isolated in a %s', slow, (runtime) => {
  test('runs in a member and answers what its function answered', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile(runtime) })] });

    const outcome = await app.act({ act: 'where' });

    const { pid, threadId } = (outcome as { value: { pid: number; threadId: number } }).value;
    expect(pid === process.pid).toBe(runtime === 'thread');
    expect(threadId === 0).toBe(runtime === 'process');
  });

  test('gets its data as they are, dates and bytes included, and the message beside them', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile(runtime) })] });
    const data = { act: 'echo' as const, list: [1, { deep: 'ä' }] };

    expect(await app.act(data)).toEqual({ kind: 'success', value: data });
    const outcome = await app.act({ act: 'context' });

    expect(outcome).toMatchObject({
      value: { queue: 'jobs', pattern: 'act', attempt: 1, taskContext: {} },
    });
    expect((outcome as { value: { body: string } }).value.body).toContain('"context"');
  });

  test('gets what the format of the queue set aside, and the attributes of a notification', async () => {
    const app = await isolationApp({
      controllers: [actor({ isolate: inFile(runtime) })],
      queues: ['unused'],
      module: { queues: [{ name: 'jobs', format: sns() }], onMissingQueue: 'create' },
      worker: { queues: ['jobs'] },
    });
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:jobs';
    const body = JSON.stringify({
      Type: 'Notification',
      TopicArn: topicArn,
      MessageId: 'n1',
      Timestamp: '2026-05-02T00:54:06.655Z',
      Message: '{"pattern":"act","data":{"act":"context"}}',
      MessageAttributes: { store: { Type: 'String', Value: 'north' } },
    });
    await app.producer.queue('jobs').sendRaw(body);
    await app.clock.advance(10);

    expect((await app.ends.next()).outcome).toMatchObject({
      value: {
        attributes: { store: { dataType: 'String', stringValue: 'north' } },
        meta: { sns: { topicArn, messageId: 'n1' } },
      },
    });
  });

  test('fails with the error that it threw: name, message, stack, cause and properties', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile(runtime) })] });

    const { error } = (await app.act({ act: 'fail' })) as { error: RangeError };

    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'out of range', code: 'E_RANGE' });
    expect(error.cause).toMatchObject({ message: 'because' });
    expect(error.stack).toContain('acts.ts');
    const odd = (await app.act({ act: 'failOddly' })) as { error: Error };
    expect(odd.error).toMatchObject({ name: 'OddError', message: 'odd' });
    expect(odd.error).not.toHaveProperty('socket');
  });

  test('retries as the context was told', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile(runtime) })] });

    const outcome = await app.act({ act: 'retry' });

    expect(outcome).toMatchObject({ kind: 'retry', delaySeconds: 7, wanted: true });
  });

  test('fails alone where its answer cannot be copied, with what and why', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile(runtime) })] });

    const { error } = (await app.act({ act: 'answersFunction' })) as { error: Error };

    expect(error.name).toBe('CannotCrossError');
    expect(error.message).toContain('the value of Actor.act.result.done (a function)');
    expect(await app.act({ act: 'echo' })).toMatchObject({ kind: 'success' });
  });

  test('is killed in an endless loop at its hard limit, retried by policy, and the next one is served', async () => {
    const options = { isolate: inFile(runtime, { size: 1 }), hardTimeoutMs: 1_000 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const { port, connected } = await listening();
    const looping = app.act({ act: 'connectAndLoop', port });
    await connected;
    // The next one waits for the only member meanwhile.
    const next = app.act({ act: 'where' });
    await app.clock.advance(900);
    expect(app.ends.count).toBe(1);

    await app.clock.advance(300);
    const outcome = await looping;

    expect(outcome).toMatchObject({ kind: 'retry', delaySeconds: 600, wanted: false });
    expect((outcome as { error: Error }).error).toMatchObject({
      name: 'TaskHardTimeoutError',
      message: 'The task ran past its hard time limit of 1000 ms.',
    });
    expect(await next).toMatchObject({ kind: 'success' });
  });

  test('hears of its end before it comes, and may end by itself', async () => {
    const options = { isolate: inFile(runtime), hardTimeoutMs: 1_000 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const { port, connected } = await listening();
    const running = app.act({ act: 'untilAborted', port });
    await connected;

    await app.clock.advance(1_000);

    expect(await running).toEqual({ kind: 'success', value: 'TaskHardTimeoutError' });
  });

  test('that extends its lease without waiting is settled last, and its member lives on', async () => {
    const app = await isolationApp({ controllers: [actor({ isolate: inFile(runtime) })] });
    const operations: string[] = [];
    app.service.afterCall = (operation) => {
      if (operation.includes('Delete') || operation.includes('Visibility')) {
        operations.push(operation);
      }
      return undefined;
    };
    expect(await app.act({ act: 'extendAndEnd' })).toMatchObject({ kind: 'success' });
    await app.clock.advance(1_000);
    expect(await app.act({ act: 'echo' })).toMatchObject({ kind: 'success' });
    expect(operations.at(-1)).toBe('DeleteMessageBatch');
    expect(app.service.messages('jobs')).toEqual([]);
  });

  test('extends its lease and acknowledges itself through its context', async () => {
    const options = { isolate: inFile(runtime), ack: 'manual' as const };
    const app = await isolationApp({ controllers: [actor(options)] });

    expect(await app.act({ act: 'ack' })).toMatchObject({ kind: 'success' });
    expect(await app.act({ act: 'extend' })).toMatchObject({ kind: 'retry', wanted: true });
    expect(app.service.calls.of('ChangeMessageVisibilityBatch')).toBeGreaterThan(0);
  });

  const crashes =
    runtime === 'thread' ? ['exit', 'uncaught', 'heap'] : ['exit', 'uncaught', 'heap', 'crash'];

  test.each(crashes as ('exit' | 'uncaught' | 'heap' | 'crash')[])(
    'takes only itself along when its member ends: %s',
    async (act) => {
      const isolate = inFile(runtime, { size: 1, heapLimitMb: 128 });
      const app = await isolationApp({ controllers: [actor({ isolate })] });

      const outcome = await app.act({ act });

      expect(outcome).toMatchObject({ kind: 'retry', delaySeconds: 600, wanted: false });
      expect((outcome as { error: Error }).error).toMatchObject({ name: 'MemberCrashedError' });
      expect(controlSignalOf((outcome as { error: Error }).error)).toBeUndefined();
      expect(await app.act({ act: 'echo' })).toMatchObject({ kind: 'success' });
    },
  );

  test('moves to a new member after so many tasks', async () => {
    const isolate = inFile(runtime, { size: 1, maxTasksPerMember: 2 });
    const app = await isolationApp({ controllers: [actor({ isolate })] });
    const ids: unknown[] = [];

    for (let i = 0; i < 5; i++) {
      const outcome = await app.act({ act: 'where' });
      ids.push(JSON.stringify((outcome as { value: unknown }).value));
    }

    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[1]);
    expect(ids[3]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('native code that does not return', slow, () => {
  test('is killed in a process at its hard limit, and the next one is served', async () => {
    const options = { isolate: inFile('process', { size: 1 }), hardTimeoutMs: 1_000 };
    const app = await isolationApp({ controllers: [actor(options)] });
    await app.warm();
    const { port, connected } = await listening();
    const running = app.act({ act: 'nativeLoop', port });
    await connected;
    const next = app.act({ act: 'echo' });

    await app.clock.advance(1_200);

    expect((await running) as { error: Error }).toMatchObject({
      kind: 'retry',
      delaySeconds: 600,
      error: { name: 'TaskHardTimeoutError' },
    });
    expect(await next).toMatchObject({ kind: 'success' });
  });
});
