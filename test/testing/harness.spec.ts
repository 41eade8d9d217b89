import { Controller, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { UseGuards } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import {
  defineTask,
  InvalidTaskDataError,
  SqsBatchTask,
  SqsContext,
  SqsProducer,
  SqsRawTask,
  SqsTask,
  TaskContext,
} from '../../lib/index.js';
import type { SendContext } from '../../lib/index.js';
import { PostSend, PreSend } from '../../lib/index.js';
import { StillWaitingError } from '../../lib/testing/index.js';
import { z } from 'zod';
import { closeAll, startWeb, startWorker } from './support.js';

const add = { queue: 'jobs', pattern: 'add' };
const echo = { queue: 'jobs', pattern: 'echo' };
const order = defineTask('order', { queue: 'jobs', schema: z.object({ amount: z.number() }) });

@Injectable()
class Log {
  readonly lines: unknown[] = [];
}

@Injectable()
class Refuser implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const data: { isRefused?: boolean } = context.switchToRpc().getData();
    return data.isRefused !== true;
  }
}

@Controller()
class Jobs {
  constructor(
    private readonly log: Log,
    private readonly sqs: SqsProducer,
    private readonly context: TaskContext,
  ) {}

  @MessagePattern('add')
  add(@Payload() { a, b }: { a: number; b: number }): number {
    this.log.lines.push(a + b);
    return a + b;
  }

  @UseGuards(Refuser)
  @MessagePattern('echo')
  async echo(@Payload() data: unknown): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 3));
    this.log.lines.push(data);
  }

  @MessagePattern('forward')
  async forward(@Payload() data: unknown): Promise<void> {
    await this.sqs.send(echo, data);
  }

  @MessagePattern('context')
  async remember(): Promise<void> {
    this.log.lines.push(this.context.get('user'));
  }

  @MessagePattern('fail')
  fail(@Ctx() { attempt }: SqsContext): void {
    this.log.lines.push(`attempt ${attempt}`);
    throw new RangeError('out of range');
  }

  @SqsTask(order)
  order({ amount }: { amount: number }): void {
    this.log.lines.push(amount);
  }

  @SqsBatchTask('index', { queue: 'jobs', maxSize: 5, maxWaitMs: 2_000 })
  index(tasks: readonly { data: unknown }[]): void {
    this.log.lines.push(tasks.map(({ data }) => data));
  }

  @SqsRawTask({ queue: 'cron' })
  cron(@Ctx() { message }: SqsContext): void {
    this.log.lines.push(message.body);
  }

  @MessagePattern('never')
  never(): Promise<void> {
    return new Promise(() => {});
  }
}

const app = { controllers: [Jobs], providers: [Log] };

afterEach(closeAll);

describe('SqsHarness', () => {
  test('flush() ends when what is due was sent and handled, and what that has sent too', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    await sqs.send(add, { a: 1, b: 2 });
    await sqs.send({ queue: 'jobs', pattern: 'forward' }, 'on');

    await harness.flush();

    expect(made.get(Log).lines).toEqual([3, 'on']);
    expect(harness.messages('jobs')).toEqual([]);
  });

  test('flush() waits for a batch that gathers, and leaves delays and retries ahead', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    await sqs.send({ queue: 'jobs', pattern: 'index' }, 'one');
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});
    await sqs.send(add, { a: 1, b: 2 }, { delaySeconds: 60 });

    await harness.flush();

    expect(made.get(Log).lines).toEqual(['attempt 1', ['one']]);
    expect(harness.messages('jobs').map(({ state }) => state)).toEqual(['inflight', 'delayed']);
  });

  test('flush() says what it waits for', async () => {
    const { sqs, harness } = await startWorker(app);
    await sqs.send({ queue: 'jobs', pattern: 'never' }, {});

    const flushing = harness.flush({ timeoutMs: 20 });

    await expect(flushing).rejects.toThrow(StillWaitingError);
    await expect(flushing).rejects.toThrow('running: never on jobs');
  });

  test('sent() tells what was sent, as it will be read', async () => {
    const { sqs, harness } = await startWeb(app);
    await sqs.send(add, { a: 1, b: 2 }, { delaySeconds: 5, taskContext: { user: 'ada' } });
    await sqs.queue('cron').sendRaw('tick');

    expect(harness.sent('jobs')).toMatchObject([
      { pattern: 'add', data: { a: 1, b: 2 }, delaySeconds: 5, taskContext: { user: 'ada' } },
    ]);
    expect(harness.sent().map(({ queue, body }) => `${queue}: ${body}`)).toEqual([
      expect.stringContaining('jobs: {"pattern":"add"'),
      'cron: tick',
    ]);
    expect(harness.sent('other')).toEqual([]);
    harness.forget();
    expect(harness.sent()).toEqual([]);
  });

  test('messages() tells what lies in a queue; an unknown queue is an error that lists the known ones', async () => {
    const { sqs, harness } = await startWeb(app);
    await sqs.send(add, { a: 1, b: 2 });

    expect(harness.messages('jobs')).toMatchObject([
      { pattern: 'add', data: { a: 1, b: 2 }, state: 'visible', receiveCount: 0 },
    ]);
    expect(() => harness.messages('jbos')).toThrow('Unknown queue "jbos". Known: "jobs".');
  });

  test('processBatch() runs one receive, without a worker, and settles it', async () => {
    const { sqs, harness, app: made } = await startWeb(app);
    await sqs.sendMany(add, [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});

    const { succeeded, failed } = await harness.processBatch('jobs');

    expect(succeeded).toHaveLength(2);
    expect(failed).toMatchObject([{ error: { message: 'out of range' } }]);
    expect(made.get(Log).lines).toEqual([3, 7, 'attempt 1']);
    expect(harness.messages('jobs')).toHaveLength(1);
    expect(harness.handled({ outcome: 'success' }).map(({ data }) => data)).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
  });

  test('processBatch() runs raw handlers too', async () => {
    const { sqs, harness, app: made } = await startWeb({ ...app, testing: { queues: ['cron'] } });
    await sqs.queue('cron').sendRaw('tick');

    await harness.processBatch('cron');

    expect(made.get(Log).lines).toEqual(['tick']);
  });

  test('waitForTask() gives one task after the other, with its outcome', async () => {
    const { sqs, harness } = await startWorker(app);
    await sqs.send(echo, 'one');
    await sqs.send(echo, 'two');
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});

    expect(await harness.waitForTask('echo')).toMatchObject({ outcome: { kind: 'success' } });
    expect((await harness.waitForTask({ queue: 'jobs', pattern: 'echo' })).data).toBe('two');
    expect(await harness.waitForTask(({ outcome }) => outcome.kind === 'retry')).toMatchObject({
      pattern: 'fail',
      outcome: { error: { message: 'out of range' } },
    });
    await expect(harness.waitForTask('echo', { timeoutMs: 20 })).rejects.toThrow(
      'ended: fail on jobs: retry; echo on jobs: success; ',
    );
  });

  test('an app that closes leaves no handler, no timer and no poll behind', async () => {
    const { app: made, sqs, harness } = await startWorker(app);
    await sqs.send(echo, 'last');
    await harness.advance(0);
    await made.close();

    expect(made.get(Log).lines).toEqual(['last']);
    expect(harness.service().stats('jobs').openPolls).toBe(0);
  });

  test('on the real clock, flush() and waitForTask() wait, and advance() is refused', async () => {
    const { sqs, harness, app: made } = await startWorker({ ...app, testing: { clock: 'real' } });
    await sqs.send(add, { a: 1, b: 2 });

    await harness.flush();

    expect(made.get(Log).lines).toEqual([3]);
    await expect(harness.advance(1)).rejects.toThrow("clock: 'real'");
  });

  test('apps that share a harness share queues, clock and log', async () => {
    const web = await startWeb({});
    const worker = await startWorker({ ...app, testing: { sharedWith: web.harness } });
    await web.sqs.send(add, { a: 1, b: 2 }, { delaySeconds: 60 });

    await web.harness.advance(60_000);
    await worker.harness.flush();

    expect(worker.app.get(Log).lines).toEqual([3]);
    expect(worker.harness.sent('jobs')).toEqual(web.harness.sent('jobs'));
  });
});

describe('expectSent()', () => {
  test('finds a send by its data, and by what else it says', async () => {
    const { sqs, harness } = await startWeb({});
    await sqs.send(add, { a: 1, b: 2 }, { delaySeconds: 5 });
    await sqs.send(order, { amount: 3 });
    await sqs.queue('cron').sendRaw('tick');

    expect(harness.expectSent(add, { a: 1, b: expect.any(Number) })).toHaveLength(1);
    harness.expectSent('jobs', { a: 1, b: 2 }, { pattern: 'add', delaySeconds: 5, times: 1 });
    harness.expectSent(order, { amount: 3 });
    harness.expectSent('cron', 'tick');
    harness.expectSent(order, { amount: 4 }, { times: 0 });
  });

  test('says what was sent and where the closest differs', async () => {
    const { sqs, harness } = await startWeb({});
    await sqs.send(add, { a: 1, b: { deep: [1, 2] } });
    await sqs.send(echo, 'far off');

    const failing = () => harness.expectSent(add, { a: 1, b: { deep: [1, 3] } });

    expect(failing).toThrow(
      [
        'Expected add to be sent to jobs at least once with',
        '  { a: 1, b: { deep: [ 1, 3 ] } }',
        'but 0 of 2 sends there were like that.',
        'The closest differs:',
        '  b.deep[1]: expected 3, got 2',
        'Sent there:',
        '  add { a: 1, b: { deep: [ 1, 2 ] } }',
        "  echo 'far off'",
      ].join('\n'),
    );
    expect(failing).toThrow(expect.objectContaining({ name: 'AssertionError' }));
    expect(() => harness.expectSent(add, {}, { delaySeconds: 5 })).toThrow('(delaySeconds)');
    expect(() => harness.expectSent(echo, 'far off', { times: 2 })).toThrow('2 times');
    expect(() => harness.expectSent('empty', 1)).toThrow('but 0 of 0 sends');
  });
});

describe('echo and silent', () => {
  test('echo says what is sent and handled, until it is turned off', async () => {
    const lines: string[] = [];
    const { sqs, harness } = await startWorker({
      ...app,
      testing: { echo: (line) => lines.push(line) },
    });
    await sqs.send(add, { a: 1, b: 2 });
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});
    await harness.flush();
    harness.echo = false;
    await sqs.send(add, { a: 1, b: 2 });

    expect(lines).toEqual([
      '[sqs] sent to jobs: add { a: 1, b: 2 }',
      '[sqs] handled from jobs: add { a: 1, b: 2 }: success',
      '[sqs] sent to jobs: fail {}',
      '[sqs] handled from jobs: fail {}: retry (RangeError: out of range)',
    ]);
  });

  test('echo writes to the console unless it is told where', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const { sqs } = await startWeb({ testing: { echo: true } });
    await sqs.queue('cron').sendRaw('tick');

    expect(log).toHaveBeenCalledWith('[sqs] sent to cron: tick');
    log.mockRestore();
  });

  test('silent mutes the loggers of the library, until it is turned off', async () => {
    const { sqs, harness, app: made } = await startWorker(app);
    const errors = vi.fn<() => void>();
    made.useLogger({ log() {}, warn() {}, error: errors });
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});
    await harness.flush();
    expect(errors).not.toHaveBeenCalled();

    harness.silent = false;
    await harness.advance(61_000);

    expect(errors).toHaveBeenCalledOnce();
  });
});

describe('inline', () => {
  test('a send runs the handler at once, with what was encoded and decoded', async () => {
    const { sqs, harness, app: made } = await startWeb({ ...app, testing: { inline: true } });

    const result = await sqs.send(add, { a: 1, b: 2 });
    await sqs.send({ queue: 'jobs', pattern: 'forward' }, 'on');
    await sqs.send({ queue: 'jobs', pattern: 'index' }, 'alone');
    await sqs.send({ queue: 'jobs', pattern: 'context' }, {}, { taskContext: { user: 'ada' } });
    await sqs.queue('cron').sendRaw('tick');

    expect(made.get(Log).lines).toEqual([3, 'on', ['alone'], 'ada', 'tick']);
    expect(harness.messages('jobs')).toEqual([]);
    expect(harness.sent('jobs')[0]).toMatchObject({ messageId: result.messageId, pattern: 'add' });
  });

  test('gives handlers the meta of the send, and harness.sent() shows it', async () => {
    const metas: unknown[] = [];
    @Controller()
    class Tasks {
      @MessagePattern('task')
      run(@Ctx() { meta }: SqsContext): void {
        metas.push(meta);
      }
    }
    const { sqs, harness } = await startWeb({ controllers: [Tasks], testing: { inline: true } });

    await sqs.send({ queue: 'jobs', pattern: 'task' }, 1, { meta: { traceId: 't1' } });
    await sqs.send({ queue: 'jobs', pattern: 'task' }, 1);
    await sqs.runLocal({ queue: 'jobs', pattern: 'task' }, 1);

    expect(metas).toEqual([{ traceId: 't1' }, {}, {}]);
    expect(harness.sent('jobs').map(({ meta }) => meta)).toEqual([{ traceId: 't1' }, {}]);
  });

  test('errors of handlers, guards and schemas reach the sender', async () => {
    const { sqs } = await startWeb({ ...app, testing: { inline: true } });

    await expect(sqs.send({ queue: 'jobs', pattern: 'fail' }, {})).rejects.toThrow(RangeError);
    await expect(sqs.send(echo, { isRefused: true })).rejects.toThrow('Forbidden');
    await expect(sqs.send(order, { amount: 'much' as never })).rejects.toThrow(
      InvalidTaskDataError,
    );
  });

  test('runs the send hooks around the handler', async () => {
    const seen: string[] = [];
    @Injectable()
    class Hooks {
      @PreSend()
      before({ pattern }: SendContext) {
        seen.push(`before ${pattern}`);
      }

      @PostSend()
      after({ pattern }: SendContext) {
        seen.push(`after ${pattern}`);
      }
    }
    const { sqs, app: made } = await startWeb({
      controllers: [Jobs],
      providers: [Log, Hooks],
      testing: { inline: true },
    });
    await sqs.send(add, { a: 1, b: 2 });

    expect(seen).toEqual(['before add', 'after add']);
    expect(made.get(Log).lines).toEqual([3]);
  });

  test('in a worker too; what nobody here handles goes to its queue, and it can be turned off', async () => {
    const { sqs, harness, app: made } = await startWorker({ ...app, testing: { inline: true } });
    await sqs.send(add, { a: 1, b: 2 });
    await sqs.send({ queue: 'elsewhere', pattern: 'unknown' }, {});
    harness.inline = false;
    await sqs.send(add, { a: 3, b: 4 }, { delaySeconds: 1 });

    expect(made.get(Log).lines).toEqual([3]);
    expect(harness.messages('elsewhere')).toHaveLength(1);
    expect(harness.messages('jobs')).toHaveLength(1);
  });
});
