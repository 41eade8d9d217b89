import { z } from 'zod';
import { SQS_LIMITS } from '../../contracts/index.js';
import type { SendOptions } from '../../contracts/index.js';
import {
  integer,
  option,
  required,
  schemaOf,
  text,
  validateOptions,
} from '../../contracts/options/schema/index.js';
import type { ConnectionOptions } from '../../queue-client/index.js';

/** How a `ClientSqs` sends, and where its replies come. */
export interface ClientSqsOptions {
  /** Queue that gets everything this client sends: name, URL or ARN. */
  queue: string;
  /** What every send says unless a `SqsRecord` says otherwise. */
  sendOptions?: SendOptions;
  /** Switches `send()` on. @default off: only `emit()` works */
  reply?: ReplyOptions;
  /** Milliseconds without a reply until `send()` fails. Range 1…43,200,000. @default 30,000 */
  timeoutMs?: number;
  /** A connection of its own. @default the app's `SqsModule` */
  connection?: ConnectionOptions;
  /** With `connection`: in front of every real queue name. @default none */
  queuePrefix?: string;
}

/**
 * `{ prefix, create: true }`: a queue for this process, made at the first request and deleted when the app closes.
 * `{ queue }`: an existing queue that only this one process reads.
 */
export type ReplyOptions = { prefix: string; create: true } | { queue: string };

export interface ResolvedClientOptions extends ClientSqsOptions {
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = SQS_LIMITS.visibilityTimeoutSeconds * 1000;

export const clientSchema = schemaOf<ClientSqsOptions>()(() => ({
  queue: required(z.string().min(1), {
    expected: 'the name, URL or ARN of a queue',
    description: 'Queue that gets everything this client sends.',
  }),
  sendOptions: option(z.custom<SendOptions>(isObject), {
    expected: 'an object of send options',
    description: 'What every send says unless a `SqsRecord` says otherwise.',
  }),
  reply: option(z.custom<ReplyOptions>(isReply), {
    expected: '{ prefix, create: true } or { queue }',
    description: 'Where replies come; it switches `send()` on.',
    default: 'off: only `emit()` works',
    cost: 'While a request waits, its reply queue is polled.',
  }),
  timeoutMs: integer({
    from: 1,
    to: MAX_TIMEOUT_MS,
    default: DEFAULT_TIMEOUT_MS,
    description: 'Milliseconds without a reply until `send()` fails.',
    cost: 'A request nobody answers is noticed later.',
  }),
  connection: option(z.custom<ConnectionOptions>(isObject), {
    expected: 'an object such as { embedded: true }, { region } or { client }',
    description: 'A connection of its own.',
    default: "the app's `SqsModule`",
    isSecret: true,
  }),
  queuePrefix: text({
    description: 'With `connection`: in front of every real queue name.',
    default: 'none',
  }),
}));

/** @throws InvalidOptionsError */
export function resolveClientOptions(options: ClientSqsOptions): ResolvedClientOptions {
  validateOptions('ClientSqs', clientSchema, options);
  return { ...options, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isReply(value: unknown): boolean {
  if (!isObject(value)) return false;
  const keys = Object.keys(value).toSorted().join();
  const { prefix, create, queue } = value as Record<string, unknown>;
  if (keys === 'queue') return typeof queue === 'string' && queue !== '';
  return keys === 'create,prefix' && create === true && typeof prefix === 'string' && prefix !== '';
}
