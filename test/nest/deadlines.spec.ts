import { Injectable, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import type { NestInterceptor } from '@nestjs/common';
import { from, mergeMap, NEVER, throwError } from 'rxjs';
import {
  OnQueueStats,
  OnTaskError,
  PostSend,
  PostTask,
  PreSend,
  PreTask,
  SqsWorkers,
} from '../../lib/index.js';
import type {
  Codec,
  SqsSendInterceptor,
  SqsTaskInterceptor,
  TaskSchema,
  WorkerEventName,
} from '../../lib/index.js';
import { jsonCodec } from '../../lib/serialization/index.js';
import {
  APP_CLOSE_MS,
  CLOSE_MS,
  DRAIN_MS,
  timeOf,
  troubleApp,
  type End,
  type Trouble,
} from './support/trouble-app.js';

// Whatever hangs or throws, in every combination with every way to end: it ends within the time that
// docs/reference/deadlines.md states, says what it gave up, and loses nothing.

/** Graces of a drain: for told handlers, and for settlements. */
const DRAIN_GRACES_MS = 600;
/** Features, requests, statistics; connections. */
const PARTS_MS = 3_500 + 1_000;
const CLOSED_MS = DRAIN_MS + DRAIN_GRACES_MS + PARTS_MS + CLOSE_MS;

const ends: End[] = [
  {
    name: 'a drain',
    kind: 'worker',
    withinMs: DRAIN_MS + DRAIN_GRACES_MS,
    end: ({ app }) =>
      Promise.all(
        app
          .get(SqsWorkers)
          .all()
          .map((server) => server.close()),
      ),
  },
  {
    name: 'app.close() of a microservice',
    kind: 'worker',
    withinMs: CLOSED_MS,
    end: ({ app }) => app.close(),
  },
  {
    name: 'app.close() of a hybrid app',
    kind: 'hybrid',
    withinMs: CLOSED_MS,
    end: ({ app }) => app.close(),
  },
  {
    name: 'a signal',
    kind: 'worker',
    withinMs: CLOSED_MS,
    end({ host, run }) {
      host.signal('SIGTERM');
      return run;
    },
  },
  {
    name: 'a second signal',
    kind: 'hybrid',
    withinMs: 1_000,
    end({ host, run }) {
      host.signal('SIGTERM');
      host.signal('SIGINT');
      return run;
    },
  },
];

const never = (): Promise<never> => new Promise(() => {});
const fail = (): never => {
  throw new Error('broken');
};

/** Both kinds of trouble, from what a part does. */
function both(
  name: string,
  make: (act: () => never | Promise<never>) => Partial<Trouble>,
): Trouble[] {
  return [
    { name: `${name} that throws`, ...make(fail) },
    { name: `${name} that never returns`, hangs: true, ...make(never) },
  ];
}

/** A provider with one hook. */
function hook(decorator: () => unknown, act: () => unknown): Pick<Trouble, 'providers'> {
  @Injectable()
  class Hooks {
    run(): unknown {
      return act();
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Hooks.prototype, 'run') ?? {};
  (decorator() as MethodDecorator)(Hooks.prototype, 'run', descriptor);
  return { providers: [Hooks] };
}

/** For our lines: what becomes of Nest's own is no matter of ours. */
function logging(act: () => unknown): Pick<Trouble, 'logger'> {
  const write = (...line: unknown[]): unknown =>
    String(line.at(-1)).startsWith('Sqs') ? act() : undefined;
  return { logger: { log: write, error: write, warn: write, debug: write } };
}

const events: WorkerEventName[] = [
  'worker:draining',
  'worker:stopped',
  'message:received',
  'task:started',
  'task:settled',
  'poll:failed',
  'lease:extended',
];

function listening(act: () => unknown): Pick<Trouble, 'begin'> {
  return {
    begin({ app }) {
      for (const event of events) app.get(SqsWorkers).on(event, () => void act());
    },
  };
}

function codec(own: Partial<Codec>): Pick<Trouble, 'module'> {
  return { module: { codecs: [{ ...jsonCodec, ...own }] } };
}

function schemaThat(act: () => never | Promise<never>): TaskSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: act } };
}

const sendBefore = (act: () => never | Promise<never>): SqsSendInterceptor => ({
  intercept: (_send, next) => from(Promise.resolve().then(act)).pipe(mergeMap(() => next.handle())),
});
const sendAfter = (act: () => never | Promise<never>): SqsSendInterceptor => ({
  intercept: (_send, next) => next.handle().pipe(mergeMap(async () => act())),
});
const taskBefore = (act: () => never | Promise<never>): SqsTaskInterceptor => ({
  intercept: (_delivery, next) =>
    from(Promise.resolve().then(act)).pipe(mergeMap(() => next.handle())),
});
const taskAfter = (act: () => never | Promise<never>): SqsTaskInterceptor => ({
  intercept: (_delivery, next) => next.handle().pipe(mergeMap(async () => act())),
});

const troubles: Trouble[] = [
  { name: 'receives that never answer', hang: (sqs) => sqs.hang('receive') },
  { name: 'sends that never answer', hangs: true, hang: (sqs) => sqs.hang('sendBatch') },
  { name: 'deletes that never answer', hang: (sqs) => sqs.hang('deleteBatch') },
  {
    name: 'no call that is ever answered',
    hang: (sqs) =>
      sqs
        .hang('receive')
        .hang('sendBatch')
        .hang('deleteBatch')
        .hang('changeVisibilityBatch')
        .hang('getQueueAttributes'),
  },
  {
    name: 'calls that end only when they are cut',
    hang: (sqs) =>
      sqs
        .hang('sendBatch', 'until aborted')
        .hang('deleteBatch', 'until aborted')
        .hang('changeVisibilityBatch', 'until aborted'),
  },
  ...both('a handler', (act) => ({ handle: act })),
  ...both('a guard', (act) => ({ enhancers: [UseGuards({ canActivate: act })] })),
  ...both('a pipe', (act) => ({ enhancers: [UsePipes({ transform: act })] })),
  ...both("an interceptor of Nest's", (act) => ({
    enhancers: [
      UseInterceptors({
        intercept: () => (act === never ? NEVER : throwError(() => new Error('broken'))),
      } as NestInterceptor),
    ],
  })),
  ...both('a task interceptor before the handler', (act) => ({
    module: { taskInterceptors: [taskBefore(act)] },
  })),
  ...both('a task interceptor after the handler', (act) => ({
    module: { taskInterceptors: [taskAfter(act)] },
  })),
  ...both('a send interceptor before the send', (act) => ({
    module: { sendInterceptors: [sendBefore(act)] },
  })),
  ...both('a send interceptor after the send', (act) => ({
    module: { sendInterceptors: [sendAfter(act)] },
  })),
  ...both('@PreTask()', (act) => hook(PreTask, act)),
  ...both('@PostTask()', (act) => hook(PostTask, act)),
  ...both('@OnTaskError()', (act) => ({ ...hook(OnTaskError, act), handle: fail })),
  ...both('@PreSend()', (act) => hook(PreSend, act)),
  ...both('@PostSend()', (act) => hook(PostSend, act)),
  ...both('@OnQueueStats()', (act) => hook(() => OnQueueStats({ everyMs: 1_000 }), act)),
  ...both('a schema', (act) => ({ schema: schemaThat(act) })),
  ...both('listeners', listening),
  ...both('a logger', (act) => ({ ...logging(act), hangs: false })),
  { name: 'a codec that cannot write', ...codec({ encode: fail }) },
  { name: 'a codec that cannot read', ...codec({ decode: fail }) },
];

/** Lines by which something is given up. */
const givenUp = new RegExp(
  [
    'Handlers did not end before the worker stopped',
    'Settlements were not confirmed before the worker stopped',
    'Receives did not end before the worker stopped',
    'Sends were given up',
    'had not ended',
    'Closing did not wait any longer',
    'although not everything has ended',
  ].join('|'),
);

describe.each(ends)('With $name', (end) => {
  test.each(troubles)(
    '$name: it ends in time, says what it gave up, and nothing is lost',
    async (trouble) => {
      const app = await troubleApp(trouble, end.kind);
      const { seen, service, clock, logger } = app;

      expect(await timeOf(app, end)).toBeLessThanOrEqual(end.withinMs);

      const isLeft = trouble.hangs === true && seen.ended < seen.started;
      expect(!isLeft || givenUp.test(JSON.stringify(logger.lines))).toBe(true);
      // Visibility timeouts end, and the task is either done or in its queue; what it sent is in the next one.
      await clock.advance(60_000);
      const { visible, inflight, delayed } = service.stats('jobs');
      const isThere = visible + inflight + delayed === 1;
      expect(isThere || seen.ended > 0).toBe(true);
      expect(service.stats('next').visible).toBeGreaterThanOrEqual(seen.sent);
    },
  );
});

test('an app that did not close for itself in time is left, with an error', async () => {
  @Injectable()
  class Hanging {
    onModuleDestroy = never;
  }
  const app = await troubleApp({ name: 'a shutdown hook', providers: [Hanging] }, 'worker');
  const [, , , signal] = ends;
  if (signal === undefined) throw new Error('no signal');
  const withinMs = DRAIN_MS + DRAIN_GRACES_MS + APP_CLOSE_MS;
  expect(await timeOf(app, { ...signal, withinMs })).toBeGreaterThanOrEqual(APP_CLOSE_MS);
  expect(app.host.exits).toEqual([143]);
  expect(JSON.stringify(app.logger.lines)).toContain('The app did not close in time');
});
