import { from, mergeMap, NEVER } from 'rxjs';
import { GatewayError, type SqsTaskInterceptor } from '../../lib/contracts/index.js';
import { settlePromises } from '../../lib/primitives/manual-clock.js';
import { Hanging, type Hang } from '../support/hanging-gateway.js';
import { memorySetup } from '../support/memory.js';
import type { WorkerUnderTest } from '../support/worker.js';

/** A drain of 2 s may end so much later: a grace for handlers, and one for settlements. */
const GRACE_MS = 600;

async function setup(own: Omit<WorkerUnderTest, 'gateway' | 'queueUrl'> = {}, queue = 'jobs') {
  const memory = await memorySetup({ queue });
  const hanging = new Hanging();
  const gateway = hanging.over(memory.gateway);
  const handle = { gateway, ...own.handle };
  const worker = memory.worker({ drainTimeoutMs: 2_000, ...own, handle });
  return { ...memory, hanging, worker };
}

/** Milliseconds that something takes, a tenth of a second at a time; it must end within `most`. */
async function timeOf(
  { clock }: Awaited<ReturnType<typeof setup>>,
  work: Promise<unknown>,
  most: number,
): Promise<number> {
  const started = clock.now();
  const progress = { isOver: false };
  void work.finally(() => (progress.isOver = true));
  await settlePromises();
  while (!progress.isOver && clock.now() - started < most) await clock.advance(100);
  expect(progress.isOver, `it has not ended after ${most} ms`).toBe(true);
  return clock.now() - started;
}

type Ways = [string, (made: Awaited<ReturnType<typeof setup>>) => Promise<unknown>, number];

const ways: Ways[] = [
  ['a drain', ({ worker }) => worker.drain(), 2_000 + GRACE_MS],
  [
    'a drain of a process that ends',
    ({ worker }) => worker.drain({ exiting: true }),
    2_000 + GRACE_MS,
  ],
  ['an abort', ({ worker }) => worker.abort(), 700],
  [
    'a drain that is aborted',
    ({ worker }) => Promise.all([worker.drain({ exiting: true }), worker.abort()]),
    700,
  ],
];

const hows: Hang[] = ['for ever', 'until aborted'];
const queues = ['jobs', 'jobs.fifo'];

describe.each(queues)('On %s', (queue) => {
  describe.each(ways)('%s ends within its deadline', (_name, end, most) => {
    test.each(hows)('where open receives hang %s', async (how) => {
      const made = await setup({}, queue);
      made.hanging.hang('receive', how);
      made.worker.start();
      await made.clock.advance(60_000);
      await timeOf(made, end(made), most);
      const isSaid = made.logger.at('warn').some((line) => line.startsWith('Receives did not end'));
      expect(isSaid).toBe(how === 'for ever');
      expect(made.clock.pendingTimers).toBe(0);
    });

    test.each(hows)('where settlements hang %s, and says how many were left', async (how) => {
      const made = await setup({ handlers: { quick: () => {} } }, queue);
      await made.send('quick');
      made.hanging.hang('deleteBatch', how).hang('changeVisibilityBatch', how);
      made.worker.start();
      await made.clock.advance(1_000);
      await timeOf(made, end(made), most);
      expect(made.logger.lines).toContainEqual({
        level: 'warn',
        message: 'Settlements were not confirmed before the worker stopped; SQS may deliver again',
        fields: { queue, count: 1 },
      });
      // Nothing is lost: the message comes again.
      await made.clock.advance(40_000);
      expect(made.counts(queue)).toMatchObject({ visible: 1 });
    });

    test('where a handler never returns, and names it', async () => {
      const made = await setup({ handlers: { hung: hangs } }, queue);
      const id = await made.send('hung');
      made.worker.start();
      await made.clock.advance(1_000);
      await timeOf(made, end(made), most);
      expect(made.logger.lines).toContainEqual({
        level: 'warn',
        message: 'Handlers did not end before the worker stopped',
        fields: expect.objectContaining({ queue, tasks: `hung (message ${id})` }),
      });
      expect(await made.worker.ended).toMatchObject({ unfinishedCount: 1 });
      await made.clock.advance(40_000);
      expect(made.counts(queue)).toMatchObject({ visible: 1 });
    });

    test.each(hangingInterceptors)('where %s never returns', async (_what, interceptor) => {
      const own = { handlers: { quick: () => {} }, interceptors: [interceptor] };
      const made = await setup(own, queue);
      await made.send('quick');
      made.worker.start();
      await made.clock.advance(1_000);
      await timeOf(made, end(made), most);
      expect(made.logger.at('warn')).toContain('Handlers did not end before the worker stopped');
      await made.clock.advance(40_000);
      expect(made.counts(queue)).toMatchObject({ visible: 1 });
    });

    test('where everything hangs at once', async () => {
      const own = { handlers: { hung: hangs, quick: () => {} } };
      const made = await setup(own, queue);
      await made.send('hung', null, 'a');
      await made.send('quick', null, 'b');
      made.hanging.hang('deleteBatch').hang('changeVisibilityBatch');
      made.worker.start();
      await settlePromises();
      made.hanging.hang('receive');
      await made.clock.advance(1_000);
      await timeOf(made, end(made), most);
      await made.clock.advance(40_000);
      expect(made.counts(queue)).toMatchObject({ visible: 2 });
    });

    test('where listeners never return', async () => {
      const made = await setup({ handlers: { quick: () => {} } }, queue);
      const listen = made.worker.on.bind(made.worker) as (
        event: string,
        listener: () => unknown,
      ) => unknown;
      for (const event of ['task:settled', 'worker:draining', 'worker:stopped'] as const) {
        listen(event, hangs);
      }
      await made.send('quick');
      made.worker.start();
      await made.clock.advance(1_000);
      await timeOf(made, end(made), most);
      expect(made.counts(queue)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });
  });
});

const hangingInterceptors: [string, SqsTaskInterceptor][] = [
  ['an interceptor before the handler', { intercept: () => NEVER }],
  [
    'an interceptor after the handler',
    {
      intercept: (_delivery, next) => next.handle().pipe(mergeMap(() => from(hangs()))),
    },
  ],
];

test('a copy to the dead-letter queue that hangs does not keep a drain', async () => {
  const memory = await memorySetup({ maxReceiveCount: 5 });
  const hanging = new Hanging().hang('sendBatch');
  const deadLetter = {
    name: 'dead',
    url: memory.deadUrl,
    gateway: hanging.over(memory.gateway),
    isFifo: false,
    maxReceiveCount: 5,
  };
  const { deadLetter: policy } = await import('../../lib/consumer/retry/index.js');
  const worker = memory.worker({
    drainTimeoutMs: 2_000,
    consume: { onUnknownTask: policy() },
    handle: { deadLetter },
  });
  await memory.send('unknown');
  worker.start();
  await memory.clock.advance(1_000);
  const made = { ...memory, hanging, worker };
  await timeOf(made, worker.drain(), 2_000 + GRACE_MS);
  expect(memory.logger.at('warn')).toContain(
    'Settlements were not confirmed before the worker stopped; SQS may deliver again',
  );
  await memory.clock.advance(40_000);
  expect(memory.counts()).toMatchObject({ visible: 1 });
});

test('settlements that wait for their repeat end with the connection that is closed', async () => {
  const made = await setup({ handlers: { quick: () => {} } });
  await made.send('quick');
  made.hanging.fail('deleteBatch', new Error('not now'));
  made.worker.start();
  await made.clock.advance(1_000);
  await timeOf(made, made.worker.abort(), 700);
  made.hanging.fail('deleteBatch', closed);
  await made.clock.advance(5_000);
  expect(made.clock.pendingTimers).toBe(0);
  expect(made.logger.lines).toContainEqual({
    level: 'warn',
    message: 'A settlement was given up; SQS will deliver the message again',
    fields: expect.objectContaining({
      action: 'delete',
      reason: expect.stringContaining('closed'),
    }),
  });
});

const closed = new GatewayError({
  kind: 'aborted',
  operation: 'DeleteMessageBatch',
  detail: 'the connection is closed',
});

function hangs(): Promise<never> {
  return new Promise(() => {});
}
