import { z } from 'zod';
import { once } from '../contracts/options/schema/once.js';
import type { QueueOptions } from '../contracts/index.js';
import { moduleSchema } from '../contracts/options/schema/index.js';
import { choice, flag, option } from '../contracts/options/schema/option.js';
import { schemaOf } from '../contracts/options/schema/schema-of.js';
import type { SqsModuleOptions } from '../nest/module/sqs-module.options.js';
import type { SqsHarness } from './sqs-harness.js';
import type { ClockKind } from './test-clock.js';

/** What only a test says. */
export interface SqsTestingSwitches {
  /** `manual` time moves only by `advance()`; `real` time passes by itself. @default 'manual' */
  clock?: ClockKind;
  /** Writes what is sent and handled, to the console or where a function says. @default false */
  echo?: boolean | ((line: string) => void);
  /** Mutes the library's loggers. @default false */
  silent?: boolean;
  /** A send runs the task's handler at once, and its error reaches the sender. @default false */
  inline?: boolean;
  /** Queues, clock and log of another app's harness are this app's too. @default its own */
  sharedWith?: SqsHarness;
}

/**
 * What `SqsModule.forRoot()` takes, and the switches of tests. Where the app imports a real `SqsModule`, its options
 * hold, and these are laid over them; connections keep their names, and nothing is connected to.
 */
export interface SqsTestingOptions extends SqsModuleOptions, SqsTestingSwitches {}

export const switchesSchema = schemaOf<SqsTestingSwitches>()(() => ({
  clock: choice(['manual', 'real'], {
    description: '`manual` time moves only by `advance()`; `real` time passes by itself.',
    default: 'manual',
  }),
  echo: option(z.custom<boolean | ((line: string) => void)>(isSwitchOrFunction), {
    expected: 'true, false, or a function that takes a line',
    description: 'Writes what is sent and handled, to the console or where a function says.',
    range: 'true, false, a function',
    default: 'false',
  }),
  silent: flag({ description: "Mutes the library's loggers.", default: false }),
  inline: flag({
    description: "A send runs the task's handler at once, and its error reaches the sender.",
    default: false,
    cost: 'Neither delays nor retries nor order are tested.',
  }),
  sharedWith: option(z.custom<SqsHarness>(isHarness), {
    expected: 'the SqsHarness of another app',
    description: "Queues, clock and log of another app's harness are this app's too.",
    default: 'its own',
  }),
}));

export const testingSchema = once(() =>
  z.strictObject({ ...moduleSchema().shape, ...switchesSchema().shape }),
);

/** The two kinds of options apart. */
export function splitTestingOptions(options: SqsTestingOptions): {
  module: SqsModuleOptions;
  switches: SqsTestingSwitches;
} {
  const { clock, echo, silent, inline, sharedWith, ...module } = options;
  return { module, switches: { clock, echo, silent, inline, sharedWith } };
}

/** The app's options with those of the test laid over them; of a queue that both name, the test's options hold. */
export function laidOver(app: SqsModuleOptions, test: SqsModuleOptions): SqsModuleOptions {
  const queues = [...(test.queues ?? []), ...(app.queues ?? [])];
  return { ...app, ...test, queues: [...new Map(queues.toReversed().map(byName)).values()] };
}

function byName(queue: string | QueueOptions): [string, string | QueueOptions] {
  if (typeof queue === 'string') return [queue, queue];
  return [`${queue.connection ?? ''} ${queue.name}`, queue];
}

function isSwitchOrFunction(value: unknown): boolean {
  return typeof value === 'boolean' || typeof value === 'function';
}

function isHarness(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'flush' in value && 'advance' in value;
}
