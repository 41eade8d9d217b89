import { z } from 'zod';
import type { SqsSendInterceptor, SqsTaskInterceptor } from '../../interceptors.js';
import { SQS_LIMITS } from '../../limits.js';
import { QUEUE_DEFAULTS, REPLIES_DEFAULTS } from '../defaults.js';
import type { ModuleOptions, RepliesOptions } from '../module-options.js';
import { codecList, interceptors } from './opaque.js';
import { option, required, text } from './option.js';
import { producerSchema } from './producer-schema.js';
import { onMissingQueue, queueEntry } from './queue-schema.js';
import { schemaOf } from './schema-of.js';

const queueToRegister = () =>
  required(queueEntry(), {
    expected: 'a queue name, or an object with name',
    description: 'A queue this app uses.',
  });

export const repliesSchema = schemaOf<RepliesOptions>()(() => ({
  prefix: option(z.string().regex(/^[A-Za-z0-9_-]{1,40}$/), {
    expected: '1 to 40 letters, digits, "-" and "_"',
    description:
      'What the name of a reply queue starts with, after `queuePrefix`; workers answer nowhere else.',
    range: '1…40 letters, digits, "-" and "_"',
    default: `'${REPLIES_DEFAULTS.prefix}'`,
    cost: 'A short one lets strangers have replies sent to more queues.',
  }),
}));

export const moduleSchema = schemaOf<ModuleOptions>()(() => ({
  connection: option(z.custom<unknown>(isObject), {
    expected: 'an object such as { embedded: true }, { region } or { client }',
    description:
      "How queues are reached. With `wire: 'sdk'` beside the rest, all calls go through the AWS SDK.",
    default: "the AWS SDK's default chain",
    isSecret: true,
  }),
  connections: option(z.record(z.string(), z.unknown()), {
    expected: 'an object of connections by name',
    description: 'Several connections by name; `default` serves queues that name none.',
    isSecret: true,
  }),
  queues: option(z.array(queueToRegister()).readonly(), {
    expected: 'a list of queue names and objects with name',
    description: 'Queues this app uses.',
  }),
  queuePrefix: option(z.string().regex(prefixPattern()), {
    expected: `up to ${SQS_LIMITS.queueNameLength} letters, digits, "-" and "_"`,
    description: 'In front of every real queue name.',
    default: 'none',
    cost: 'It counts in the 80 characters of a queue name.',
  }),
  onMissingQueue: onMissingQueue({
    default: QUEUE_DEFAULTS.onMissingQueue,
    description:
      "What to do at start where a queue does not exist; embedded and in memory the default is 'create'.",
  }),
  serviceName: text({
    description: 'Sender identity, sent with every message.',
    default: 'none',
    cost: 'One of the ten attributes of a message.',
  }),
  producer: option(producerSchema(), {
    expected: 'an object of producer options',
    description: 'How sends are gathered into requests.',
  }),
  codecs: codecList({
    description:
      'Further codecs by their names; one may replace a built-in one. Every message may name any of them.',
    default: 'json, lenient, rich, json+deflate, rich+deflate',
  }),
  replies: option(repliesSchema(), {
    expected: 'an object with prefix',
    description: 'Which queues requests of `ClientSqs` are answered in.',
  }),
  sendInterceptors: interceptors<SqsSendInterceptor>({
    description: 'Around every send, outermost first: instances, or classes that Nest makes.',
  }),
  taskInterceptors: interceptors<SqsTaskInterceptor>({
    description: 'Around every delivery, outermost first: instances, or classes that Nest makes.',
  }),
}));

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function prefixPattern(): RegExp {
  return new RegExp(`^[A-Za-z0-9_-]{0,${SQS_LIMITS.queueNameLength}}$`);
}
