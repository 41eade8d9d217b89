import { z } from 'zod';
import { once } from './once.js';
import type { TaskHandlerOptions } from '../../handlers.js';
import type { LongTaskOptions } from '../../isolation.js';
import { SQS_LIMITS } from '../../limits.js';
import {
  CONSUME_DEFAULTS,
  LONG_TASK_DEFAULTS,
  MAX_DEFAULT_PREFETCH,
  MAX_PRIORITIES,
  MIN_VISIBILITY_SECONDS,
  TASK_LOGS,
  WORKER_DEFAULTS,
} from '../defaults.js';
import type {
  ConsumeOptions,
  WorkerOptions,
  WorkerQueueOptions,
  WorkerStageOptions,
} from '../worker-options.js';
import { outcomePolicy, priorityOrder, stopPolicy } from './opaque.js';
import { choice, integer, option, required } from './option.js';
import { optionalQueueReference, queueReference } from './queue-reference.js';
import { schemaOf } from './schema-of.js';

const MAX_HANDLERS = 10_000;
const MAX_DURATION_MS = SQS_LIMITS.visibilityTimeoutSeconds * 1_000;
const RETRY = 'retry(exponential())';

/** Every option of consuming; `consumeSchema` adds the rule between them. */
const consumeShape = schemaOf<ConsumeOptions>()(() => ({
  concurrency: integer({
    from: 1,
    to: MAX_HANDLERS,
    default: CONSUME_DEFAULTS.concurrency,
    description: 'Handlers that run at once.',
    cost: 'Memory and load of that many tasks; below 40 the polls are less full.',
  }),
  prefetch: integer({
    from: 0,
    to: MAX_HANDLERS,
    default: `as many as \`concurrency\`, at most ${MAX_DEFAULT_PREFETCH}`,
    description: 'Messages held beyond the running ones, leased like them.',
    cost: 'Held messages are hidden from other workers.',
  }),
  waitTimeSeconds: integer({
    from: 0,
    to: SQS_LIMITS.waitTimeSeconds,
    default: CONSUME_DEFAULTS.waitTimeSeconds,
    description: 'Seconds a receive waits for messages.',
    cost: 'Lower values ask an empty queue more often, and every request is paid.',
  }),
  visibilityTimeoutSeconds: integer({
    from: MIN_VISIBILITY_SECONDS,
    to: SQS_LIMITS.visibilityTimeoutSeconds,
    default: `the queue's; ${SQS_LIMITS.defaultVisibilityTimeoutSeconds} where that is below ${MIN_VISIBILITY_SECONDS}`,
    description: "Visibility timeout of this worker's receives, seconds.",
    cost: 'A message of a worker that was killed comes back only after it; a small value renews leases more often.',
  }),
  onError: outcomePolicy({
    default: RETRY,
    description: 'What happens when a handler throws, or what stands around it.',
  }),
  onUnknownTask: outcomePolicy(
    { default: RETRY, description: 'What happens to a task that nothing here handles.' },
    ['retry', 'discard', 'dead-letter'],
  ),
  onInvalidMessage: outcomePolicy(
    {
      default: RETRY,
      description:
        "What happens to a message that cannot be decoded, or whose data its handler's schema refuses.",
    },
    ['retry', 'discard', 'dead-letter'],
  ),
  onExhausted: exhaustedMode(CONSUME_DEFAULTS.onExhausted),
  ack: ackMode(CONSUME_DEFAULTS.ack),
  timeoutMs: timeoutMs('none'),
  stuckAfterMs: integer({
    from: 0,
    to: MAX_DURATION_MS,
    default: CONSUME_DEFAULTS.stuckAfterMs,
    description:
      'Milliseconds after which a handler that passed its `timeoutMs`, or lost its lease, counts as stuck.',
  }),
  onStuck: choice(['exit', 'wait'], {
    default: CONSUME_DEFAULTS.onStuck,
    description: 'What a stuck handler leads to.',
    cost: "'exit' ends the worker; 'wait' keeps the slot taken.",
  }),
  logTasks: choice(TASK_LOGS, {
    default: CONSUME_DEFAULTS.logTasks,
    description:
      'Lines that are logged of each task: received and its outcome, its outcome alone, or only outcomes other than success.',
    cost: "'all' writes two lines a task.",
  }),
  slotsHeldWarningMs: integer({
    from: 1_000,
    to: MAX_DURATION_MS,
    default: CONSUME_DEFAULTS.slotsHeldWarningMs,
    description:
      'Milliseconds that the same tasks may hold all slots, while messages wait, before a warning names them and health is not ready.',
    cost: 'With `prefetch: 0` SQS is asked for its count as often, while all slots are held.',
  }),
  fifoFailure: choice(['hold', 'release', 'wait'], {
    default: CONSUME_DEFAULTS.fifoFailure,
    description: 'FIFO: what happens to the rest of a group when its head fails.',
    cost: "'release' spends receive counts of the messages behind the head.",
  }),
  maxAttempts: integer({
    from: 1,
    to: 1_000_000,
    default: 'unlimited',
    description:
      "FIFO without a dead-letter queue: attempts before the head is given up by `onError`'s last resort.",
    cost: 'The group waits while its head is tried.',
  }),
  settleLingerMs: integer({
    from: 0,
    to: 1_000,
    default: CONSUME_DEFAULTS.settleLingerMs,
    description: 'Milliseconds a delete may wait for others to share its request.',
    cost: 'A process that is killed meanwhile has the waiting tasks run again.',
  }),
  minPriority: integer({
    from: 0,
    to: MAX_PRIORITIES - 1,
    default: CONSUME_DEFAULTS.minPriority,
    description: 'Queues with priorities: the lowest level that this worker takes from.',
    cost: 'Lower levels need another worker.',
  }),
  maxPriority: integer({
    from: 0,
    to: MAX_PRIORITIES - 1,
    default: "the queue's highest",
    description: 'Queues with priorities: the highest level that this worker takes from.',
  }),
  priorityOrder: priorityOrder({
    default: `'${CONSUME_DEFAULTS.priorityOrder}'`,
    description: 'Queues with priorities: which level goes first.',
    cost: "'strict' lets low levels wait for as long as higher ones have messages.",
  }),
}));

export const consumeSchema = once(() => consumeShape().check(checkWindow));

const workerQueueShape = schemaOf<WorkerQueueOptions>()(() => ({
  name: queueReference('The queue to consume.'),
  handlersOf: optionalQueueReference(
    'Serve this queue with the handlers of another, for example a dead-letter queue in place.',
    'its own name',
  ),
  ...consumeShape().shape,
}));

export const workerQueueSchema = once(() => workerQueueShape().check(checkWindow));

const queueToConsume = () =>
  required(z.union([queueReference('A queue by name.'), workerQueueSchema()]), {
    expected: 'a queue name, or an object with name',
    description: 'A queue to consume.',
  });

const stageName = (description: string) =>
  required(z.string().regex(/^[\w-]+(\.[\w-]+)?$/), {
    expected: 'a stage as "pipeline.stage" or "pipeline.0", or a whole "pipeline"',
    range: 'pipeline.stage, pipeline.index, pipeline',
    description,
  });

const workerStageShape = schemaOf<WorkerStageOptions>()(() => ({
  stage: stageName('The stage, or the pipeline, to run.'),
  args: option(z.array(z.unknown()).readonly(), {
    expected: 'a list of arguments',
    description: 'Further arguments of the method, after the value.',
    default: 'none',
  }),
  ...consumeShape().shape,
}));

export const workerStageSchema = once(() => workerStageShape().check(checkWindow));

const stageToRun = () =>
  required(z.union([stageName('A stage by name.'), workerStageSchema()]), {
    expected: 'a stage such as "words.reduce", or an object with stage',
    description: 'A stage to run.',
  });

const workerShape = schemaOf<WorkerOptions>()(() => ({
  queues: option(z.array(queueToConsume()).readonly(), {
    expected: 'a list of queue names and objects with name',
    description: 'What is consumed.',
    default: 'every queue that a handler is bound to; none where `stages` are named',
  }),
  stages: option(z.array(stageToRun()).readonly(), {
    expected: 'a list of stage names and objects with stage',
    description: 'Stages of pipelines that run here.',
    default: 'none',
  }),
  drainTimeoutMs: integer({
    from: 0,
    to: 3_600_000,
    default: WORKER_DEFAULTS.drainTimeoutMs,
    description: 'Milliseconds that handlers get to finish once the worker stops.',
    cost: 'A deploy waits as long; whoever stops the process must wait longer than that.',
  }),
  closeTimeoutMs: integer({
    from: 0,
    to: 3_600_000,
    default: WORKER_DEFAULTS.closeTimeoutMs,
    description:
      "Milliseconds that `runSqsWorker()` waits for `app.close()` after the drain, the app's own shutdown hooks included; then the process exits.",
    cost: 'A shutdown hook that hangs is noticed later.',
  }),
  stopWhen: stopPolicy({
    default: 'never()',
    description: 'When the worker stops by itself.',
  }),
  ...consumeShape().shape,
}));

export const workerSchema = once(() => workerShape().check(checkWindow));

/** What a decorator may say of one handler. */
export const taskHandlerSchema = schemaOf<TaskHandlerOptions>()(() => ({
  timeoutMs: timeoutMs("the worker's"),
  onError: outcomePolicy({
    default: "the worker's",
    description: 'What happens when the handler throws.',
  }),
  onInvalidMessage: outcomePolicy(
    { default: "the worker's", description: 'What happens when its data fails the schema.' },
    ['retry', 'discard', 'dead-letter'],
  ),
  onExhausted: exhaustedMode(undefined),
  ack: ackMode(undefined),
}));

/** What `@SqsTask` and `@SqsRawTask` may say of a task's time. */
export const longTaskSchema = schemaOf<LongTaskOptions>()(() => ({
  hardTimeoutMs: integer({
    from: 1,
    to: MAX_DURATION_MS,
    default: 'none',
    description: 'Milliseconds after which the task is over: isolated, it is ended and fails.',
    cost: 'Not isolated, `signal` is aborted, and slot and lease wait for the real end.',
  }),
  silenceTimeoutMs: integer({
    from: 1,
    to: MAX_DURATION_MS,
    default: 'none',
    description: 'Milliseconds without `progress()` after which the same happens.',
  }),
  isAlive: option(
    z.custom<LongTaskOptions['isAlive'] & {}>((value) => typeof value === 'function'),
    {
      expected: 'a function that answers true while the task is alive',
      description:
        "Asked in the worker's process; where it answers false or throws, the same happens.",
      default: 'none',
    },
  ),
  isAliveEveryMs: integer({
    from: 10,
    to: MAX_DURATION_MS,
    default: LONG_TASK_DEFAULTS.isAliveEveryMs,
    description: 'Milliseconds between two questions to `isAlive`.',
  }),
}));

function checkWindow({ value, issues }: z.core.ParsePayload<ConsumeOptions>): void {
  const { minPriority = 0, maxPriority = MAX_PRIORITIES } = value;
  if (minPriority <= maxPriority) return;
  const expected = `at least minPriority (${minPriority}), or no level is left`;
  issues.push({ code: 'custom', input: value, path: ['maxPriority'], params: { expected } });
}

function exhaustedMode(byDefault: string | undefined) {
  return choice(['sqs', 'copy'], {
    default: byDefault,
    description:
      'Who moves a message to the dead-letter queue when its last attempt failed: SQS at its next receive, or the worker by a copy that carries the reason.',
    cost: "'copy' needs the right to send to the dead-letter queue, and a send for each such message.",
  });
}

function ackMode(byDefault: string | undefined) {
  return choice(['after', 'before', 'manual'], {
    default: byDefault,
    description: 'When a message is deleted.',
    cost: "'before' loses the task where its handler fails; 'manual' retries what was not acknowledged.",
  });
}

function timeoutMs(byDefault: string) {
  return integer({
    from: 1,
    to: MAX_DURATION_MS,
    default: byDefault,
    description: "Milliseconds until a handler's `signal` is aborted.",
    cost: 'The slot and the lease wait for the real end.',
  });
}
