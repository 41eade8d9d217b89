import { z } from 'zod';
import {
  InvalidOptionsError,
  SQS_LIMITS,
  type MessageFilter,
  type PeekOptions,
  type QueueDrainOptions,
  type RedriveOptions,
} from '../../contracts/index.js';
import {
  choice,
  integer,
  number,
  option,
  schemaOf,
  text,
  validateOptions,
} from '../../contracts/options/schema/index.js';

export const PEEK_LIMIT = 10;
/** Messages that a filter looks at, unless told. */
const FILTERED_PEEK = 1_000;
const MAX_SCANNED = 10_000;
const VISIBILITY_SECONDS = 60;
/** What a filter leaves out stays hidden for so long, so that one pass does not meet it twice. */
const FILTERED_VISIBILITY_SECONDS = 300;
const WAIT_SECONDS = 1;

const waitTimeSeconds = () =>
  integer({
    from: 0,
    to: SQS_LIMITS.waitTimeSeconds,
    default: WAIT_SECONDS,
    description: 'Seconds an empty receive waits before the queue counts as empty.',
  });

const MAX_IDLE_SECONDS = 86_400;

const idleSeconds = () =>
  number({
    from: 1,
    to: MAX_IDLE_SECONDS,
    default: 'ends at the first empty receive',
    description: 'Goes on until nothing has arrived for so many seconds.',
  });

const signal = () =>
  option(z.instanceof(AbortSignal), {
    expected: 'an AbortSignal',
    description: 'Aborting ends it.',
  });

const drainSchema = schemaOf<QueueDrainOptions>()(() => ({
  waitTimeSeconds: waitTimeSeconds(),
  idleSeconds: idleSeconds(),
  maxMessages: maxMessages('Ends after so many deletes.'),
  onProgress: callback<NonNullable<QueueDrainOptions['onProgress']>>('Told after each request.'),
  signal: signal(),
}));

const peekSchema = schemaOf<PeekOptions>()(() => ({
  limit: integer({
    from: 1,
    to: 1_000,
    default: PEEK_LIMIT,
    description: 'Messages to show.',
  }),
  filter: callback<MessageFilter>('Shows only these.'),
  maxScanned: integer({
    from: 1,
    to: MAX_SCANNED,
    default: `\`limit\`, with a filter ${FILTERED_PEEK}`,
    description: 'Messages to look at for a filter.',
    cost: 'Each look spends a receive.',
  }),
  waitTimeSeconds: waitTimeSeconds(),
  visibilityTimeoutSeconds: integer({
    from: 2,
    to: SQS_LIMITS.visibilityTimeoutSeconds,
    default: VISIBILITY_SECONDS,
    description: 'Seconds that messages stay hidden if the look is cut off.',
  }),
  readAs: text({
    description: 'Reads the tasks by the format of another queue.',
    default: "the queue's own",
  }),
}));

const redriveSchema = schemaOf<RedriveOptions>()(() => ({
  to: text({
    description: 'The queue to move to.',
    default: 'the queue that each message came from',
  }),
  filter: callback<MessageFilter>('Moves only these.'),
  edit: callback<NonNullable<RedriveOptions['edit']>>('Changes a message on its way.'),
  maxMessages: maxMessages('Ends after so many.'),
  maxMessagesPerSecond: integer({
    from: 1,
    to: SQS_LIMITS.moveTaskMessagesPerSecond,
    default: 'as fast as it goes',
    description: 'Messages a second.',
  }),
  delaySeconds: integer({
    from: 0,
    to: SQS_LIMITS.delaySeconds,
    default: 'none',
    description: 'Seconds before a moved message can be received.',
  }),
  way: choice(['move-task', 'receive-and-send'], {
    description: 'How.',
  }),
  visibilityTimeoutSeconds: integer({
    from: 10,
    to: SQS_LIMITS.visibilityTimeoutSeconds,
    default: `${VISIBILITY_SECONDS}, with a filter ${FILTERED_VISIBILITY_SECONDS}`,
    description: 'Seconds that held messages stay hidden if the process dies.',
  }),
  waitTimeSeconds: waitTimeSeconds(),
  idleSeconds: idleSeconds(),
  pollEveryMs: integer({
    from: 100,
    to: 60_000,
    default: 1_000,
    description: 'Milliseconds between two looks at a move task.',
  }),
  onProgress: callback<NonNullable<RedriveOptions['onProgress']>>('Told after every step.'),
  signal: signal(),
}));

export interface ResolvedDrain extends QueueDrainOptions {
  readonly waitTimeSeconds: number;
  /** 0 where none was asked for. */
  readonly idleSeconds: number;
  readonly maxMessages: number;
}

/** @throws InvalidOptionsError */
export function resolveDrain(options: QueueDrainOptions): ResolvedDrain {
  validateOptions('drain()', drainSchema, options);
  return {
    ...options,
    waitTimeSeconds: options.waitTimeSeconds ?? WAIT_SECONDS,
    idleSeconds: options.idleSeconds ?? 0,
    maxMessages: options.maxMessages ?? Infinity,
  };
}

export interface ResolvedPeek extends PeekOptions {
  readonly limit: number;
  readonly maxScanned: number;
  readonly waitTimeSeconds: number;
  readonly visibilityTimeoutSeconds: number;
}

/** @throws InvalidOptionsError */
export function resolvePeek(options: PeekOptions): ResolvedPeek {
  validateOptions('peek()', peekSchema, options);
  const limit = options.limit ?? PEEK_LIMIT;
  const filtered = Math.max(limit, FILTERED_PEEK);
  return {
    ...options,
    limit,
    maxScanned: options.maxScanned ?? (options.filter === undefined ? limit : filtered),
    waitTimeSeconds: options.waitTimeSeconds ?? WAIT_SECONDS,
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds ?? VISIBILITY_SECONDS,
  };
}

export interface ResolvedRedrive extends RedriveOptions {
  readonly maxMessages: number;
  readonly waitTimeSeconds: number;
  /** 0 where none was asked for. */
  readonly idleSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly pollEveryMs: number;
}

/** @throws InvalidOptionsError */
export function resolveRedrive(options: RedriveOptions): ResolvedRedrive {
  validateOptions('redrive()', redriveSchema, options);
  const problem = moveTaskProblem(options);
  if (problem !== undefined)
    throw new InvalidOptionsError({ where: 'redrive()', problems: [problem] });
  const hidden = options.filter === undefined ? VISIBILITY_SECONDS : FILTERED_VISIBILITY_SECONDS;
  return {
    ...options,
    maxMessages: options.maxMessages ?? Infinity,
    waitTimeSeconds: options.waitTimeSeconds ?? WAIT_SECONDS,
    idleSeconds: options.idleSeconds ?? 0,
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds ?? hidden,
    pollEveryMs: options.pollEveryMs ?? 1_000,
  };
}

/** Options that only `receive-and-send` can follow; SQS's own move tasks take a rate and a destination. */
export function beyondMoveTasks(options: RedriveOptions): string[] {
  const names = ['filter', 'edit', 'maxMessages', 'delaySeconds', 'idleSeconds'] as const;
  return names.filter((name) => options[name] !== undefined);
}

function moveTaskProblem(options: RedriveOptions): string | undefined {
  const beyond = beyondMoveTasks(options);
  if (options.way !== 'move-task' || beyond.length === 0) return undefined;
  return `a move task cannot follow ${beyond.join(', ')}: leave way out, or choose 'receive-and-send'`;
}

function maxMessages(description: string) {
  return integer({ from: 1, to: 1_000_000_000, default: 'all there are', description });
}

function callback<F extends (...args: never[]) => unknown>(description: string) {
  return option(
    z.custom<F>((value) => typeof value === 'function'),
    { expected: 'a function', description },
  );
}
