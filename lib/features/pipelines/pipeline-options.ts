import { z } from 'zod';
import { SQS_LIMITS } from '../../contracts/index.js';
import type {
  ConsumeOptions,
  MessageFormat,
  MissingQueuePolicy,
  TaskDelivery,
  TaskHandlerOptions,
} from '../../contracts/index.js';
import {
  consumeSchema,
  flag,
  grouped,
  integer,
  option,
  queueShape,
  required,
  schemaOf,
  taskHandlerSchema,
} from '../../contracts/options/schema/index.js';
import { MAX_PRIORITIES } from '../../contracts/options/defaults.js';

/** What every stage of a pipeline shares: its name, and the queues between its stages. */
export interface PipelineOptions {
  /** What its queues' names begin with, as in `words-generate`. Letters, digits, "-" and "_". */
  name: string;
  /** Levels of each queue between stages; 0 is the lowest. Range 1…16. @default 1 */
  priorities?: number;
  /** FIFO queues, as in `words-generate.fifo`. @default false */
  fifo?: boolean;
  /** FIFO: the group of an item; standard: its fair-queue tenant. @default FIFO: a group for each item; standard: none */
  groupId?: ItemGroup;
  /** Send `null`, and `undefined` as `null`, to the next stage, where they end an item otherwise. @default false */
  forwardNull?: boolean;
  /** How items lie in messages. @default native */
  format?: MessageFormat;
  /** Which of `connections` serves the queues. @default 'default' */
  connection?: string;
  /** What to do at start where a queue does not exist. @default the module's, else 'create' */
  onMissingQueue?: MissingQueuePolicy;
  /** Seconds a received item stays hidden. Range 2…43,200. @default the queue's own, 30 where it is created here */
  visibilityTimeoutSeconds?: number;
  /** Seconds an item is kept. Range 60…1,209,600. @default the queue's own, 345,600 where it is created here */
  retentionSeconds?: number;
  /** Receives before an item goes to its queue's dead-letter queue, `words-generate-dead`. Range 1…1,000. @default none: no dead-letter queues */
  maxReceiveCount?: number;
  /** Tags given to queues that are created here. */
  tags?: Record<string, string>;
  /** Further SQS attributes by their SQS names, for creation. */
  attributes?: Record<string, string>;
}

/** One group for all, or the group of each item: what the stage returned, and the delivery it came from. */
export type ItemGroup = string | ((output: unknown, delivery: TaskDelivery) => string);

/** The level of an item in the next queue: always the same, computed from the output, or that of the item before. */
export type ItemPriority<Output = never> = number | ((output: Output) => number) | 'inherit';

interface OutputOptions {
  /** Its name in queues and in `stages`. @default the method's */
  name?: string;
  /** Level of its outputs; where the next queue has fewer levels, its highest. @default 'inherit' */
  priority?: ItemPriority;
  /** Levels of the queue that holds its outputs. Range 1…16. @default the pipeline's */
  priorities?: number;
  /** Group of its outputs. @default the pipeline's */
  groupId?: ItemGroup;
}

/** One stage after the source. */
export interface StageOptions
  extends OutputOptions, Omit<TaskHandlerOptions, 'ack'>, Pick<ConsumeOptions, 'concurrency'> {}

/** The stage that makes items. */
export interface SourceOptions
  extends OutputOptions, Omit<TaskHandlerOptions, 'ack' | 'onInvalidMessage' | 'onExhausted'> {
  /**
   * Milliseconds from one run's start to the next one's; a function is asked before each. Runs that are due wait for a
   * free one of `concurrency`. Range 0…43,200,000. @default 0
   */
  intervalMs?: number | (() => number);
  /** Runs at once. Range 1…10,000. @default 1 */
  concurrency?: number;
}

export const MAX_INTERVAL_MS = SQS_LIMITS.visibilityTimeoutSeconds * 1000;

const name = () => z.string().regex(/^[A-Za-z0-9_-]+$/);
const nameFacts = { expected: 'letters, digits, "-" and "_"', range: 'letters, digits, - and _' };

const levels = (byDefault: string) =>
  integer({
    from: 1,
    to: MAX_PRIORITIES,
    default: byDefault,
    description: 'Levels of the queues between stages; 0 is the lowest.',
    cost: 'Each level is a queue of its own, and polled as one.',
  });

const group = (byDefault: string) =>
  option(
    z.custom<ItemGroup>((value) => typeof value === 'string' || typeof value === 'function'),
    {
      expected: 'a group id, or a function of output and delivery',
      description: 'FIFO: the group of an item; standard: its fair-queue tenant.',
      default: byDefault,
      cost: 'Items of one group are worked one after the other.',
    },
  );

function handlerShape() {
  const { ack: _ack, ...shape } = taskHandlerSchema().shape;
  return shape;
}

function sourceHandlerShape() {
  const {
    onInvalidMessage: _onInvalidMessage,
    onExhausted: _onExhausted,
    ...shape
  } = handlerShape();
  return shape;
}

export const pipelineSchema = schemaOf<PipelineOptions>()(() => ({
  name: required(name(), { ...nameFacts, description: "What its queues' names begin with." }),
  priorities: levels('1'),
  fifo: flag({ default: false, description: 'FIFO queues between the stages.' }),
  groupId: group('FIFO: a group for each item; standard: none'),
  forwardNull: flag({
    default: false,
    description: 'Send `null` to the next stage, where it ends an item otherwise.',
  }),
  format: queueShape().shape.format,
  connection: queueShape().shape.connection,
  onMissingQueue: queueShape().shape.onMissingQueue,
  visibilityTimeoutSeconds: queueShape().shape.visibilityTimeoutSeconds,
  retentionSeconds: queueShape().shape.retentionSeconds,
  maxReceiveCount: integer({
    from: SQS_LIMITS.minMaxReceiveCount,
    to: SQS_LIMITS.maxMaxReceiveCount,
    default: 'none: no dead-letter queues',
    description: "Receives before an item goes to its queue's dead-letter queue.",
  }),
  tags: queueShape().shape.tags,
  attributes: queueShape().shape.attributes,
}));

const outputShape = () => ({
  name: option(name(), {
    ...nameFacts,
    description: 'Its name in queues and in `stages`.',
    default: "the method's",
  }),
  priority: option(z.custom<ItemPriority>(isPriority), {
    expected: "a level from 0 to 15, a function of the output, or 'inherit'",
    description: 'Level of its outputs; where the next queue has fewer levels, its highest.',
    default: "'inherit'",
  }),
  priorities: levels("the pipeline's"),
  groupId: group("the pipeline's"),
});

export const stageSchema = schemaOf<StageOptions>()(() => ({
  ...outputShape(),
  ...handlerShape(),
  concurrency: consumeSchema().shape.concurrency,
}));

export const sourceSchema = schemaOf<SourceOptions>()(() => ({
  ...outputShape(),
  ...sourceHandlerShape(),
  intervalMs: option(z.custom<number | (() => number)>(isIntervalOption), {
    expected: `a number of milliseconds from 0 to ${MAX_INTERVAL_MS}, or a function that answers one`,
    description: "Milliseconds from one run's start to the next one's.",
    range: `0…${grouped(MAX_INTERVAL_MS)}, or a function`,
    default: '0',
    cost: 'A small one makes items faster than stages may take them.',
  }),
  concurrency: integer({
    from: 1,
    to: 10_000,
    default: 1,
    description: 'Runs of the source at once.',
  }),
}));

export function isInterval(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_INTERVAL_MS;
}

function isIntervalOption(value: unknown): boolean {
  return typeof value === 'function' || isInterval(value);
}

function isPriority(value: unknown): boolean {
  if (typeof value === 'function' || value === 'inherit') return true;
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_PRIORITIES;
}
