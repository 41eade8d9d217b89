import type { Codec } from '../format.js';
import type { SqsSendInterceptor, SqsTaskInterceptor } from '../interceptors.js';
import type { ProducerOptions } from './producer-options.js';
import type { MissingQueuePolicy, QueueOptions } from './queue-options.js';

/** What `SqsModule.forRoot()` takes; the Nest layer narrows the connections to what it can open. */
export interface ModuleOptions {
  /** How queues are reached. @default the AWS SDK's default chain */
  connection?: unknown;
  /** Several connections by name; `default` serves queues that name none. */
  connections?: Record<string, unknown>;
  /** Queues this app uses; a bare name is a queue as it is. */
  queues?: readonly (string | QueueOptions)[];
  /** In front of every real queue name. @default none */
  queuePrefix?: string;
  /** What to do at start where a queue does not exist. @default 'error'; 'create' where the queues are embedded or in memory */
  onMissingQueue?: MissingQueuePolicy;
  /** Sender identity, sent with every message. @default none */
  serviceName?: string;
  /** How sends are gathered into requests. */
  producer?: ProducerOptions;
  /** Further codecs by their names; one may replace a built-in one. Every message may name any of them. */
  codecs?: readonly Codec[];
  /** Which queues requests of `ClientSqs` are answered in. */
  replies?: RepliesOptions;
  /** Around every send, outermost first: instances, or classes that Nest makes. */
  sendInterceptors?: readonly Given<SqsSendInterceptor>[];
  /** Around every delivery, outermost first: instances, or classes that Nest makes. */
  taskInterceptors?: readonly Given<SqsTaskInterceptor>[];
}

export interface RepliesOptions {
  /** What the name of a reply queue starts with, after `queuePrefix`; workers answer nowhere else. @default 'replies-' */
  prefix?: string;
}

/** An instance, or the class of one. */
export type Given<T> = T | (abstract new (...args: never[]) => T);
