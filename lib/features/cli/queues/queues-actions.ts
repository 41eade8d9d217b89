import type { QueueToCreate, RedriveOptions } from '../../../contracts/index.js';
import { given } from '../../../contracts/options/given.js';
import { UsageError } from '../errors/cli-errors.js';
import type { FlagValues } from '../flags/flags-of-command.js';
import type { CliHost } from '../host.js';
import {
  createAnswer,
  drainAnswer,
  listAnswer,
  namesAnswer,
  peekAnswer,
  redriveAnswer,
  statsAnswer,
} from './answers.js';
import type { Answer } from './answers.js';
import { confirm } from './confirm.js';
import type { Operations } from './operations-app.js';
import { progressOf } from './progress.js';

export interface QueuesRequest {
  readonly host: CliHost;
  readonly values: FlagValues;
  /** What was typed behind the command. */
  readonly names: readonly string[];
  /** Aborted when it is to stop. */
  readonly signal: AbortSignal;
  open(): Promise<Operations>;
}

export type QueuesAction = (request: QueuesRequest) => Promise<Answer>;

export const listQueues: QueuesAction = (request) =>
  withOperations(request, async ({ queues }) => {
    const [prefix] = request.names;
    return listAnswer(await queues.list(prefix === undefined ? {} : { prefix }));
  });

export const createQueues: QueuesAction = (request) =>
  withOperations(request, async ({ queues }) => {
    const created = [];
    for (const name of request.names) created.push(await queues.create(toCreate(name, request)));
    return createAnswer(created);
  });

export const deleteQueues: QueuesAction = async (request) => {
  await confirmOn(request, 'Delete', 'with all that is in them');
  return withOperations(request, async ({ queues }) => {
    if (request.values['all'] === true) return namesAnswer('Deleted', await queues.deleteAll());
    for (const name of request.names) await queues.delete(name);
    return namesAnswer('Deleted', request.names);
  });
};

export const purgeQueues: QueuesAction = async (request) => {
  await confirmOn(request, 'Delete every message of', '');
  return withOperations(request, async ({ queues }) => {
    if (request.values['all'] === true) return namesAnswer('Purged', await queues.purgeAll());
    for (const name of request.names) await queues.purge(name);
    return namesAnswer('Purged', request.names);
  });
};

export const drainQueue: QueuesAction = async (request) => {
  const { host, signal } = request;
  const name = oneName(request);
  await confirmOn(request, 'Delete every message of', '');
  return withOperations(request, async ({ queues }) => {
    const { messageCount } = await queues.stats(name);
    const progress = progressOf(host, `Draining ${name}`);
    const options = given({
      maxMessages: number(request, 'maxMessages'),
      waitTimeSeconds: number(request, 'wait'),
      idleSeconds: number(request, 'idleShutdown'),
    });
    const total = Math.min(messageCount, options.maxMessages ?? Infinity);
    const onProgress = ({ deletedCount }: { deletedCount: number }) =>
      progress.update({ done: deletedCount, total });
    try {
      return drainAnswer(name, await queues.drain(name, { ...options, signal, onProgress }));
    } finally {
      progress.end();
    }
  });
};

export const statsOfQueues: QueuesAction = (request) =>
  withOperations(request, async ({ queues }) => {
    const all = request.names.map(async (name) => ({ name, stats: await queues.stats(name) }));
    return statsAnswer(await Promise.all(all));
  });

export const peekQueue: QueuesAction = (request) =>
  withOperations(request, async ({ queues }) => {
    const options = given({
      limit: number(request, 'limit'),
      waitTimeSeconds: number(request, 'wait'),
      visibilityTimeoutSeconds: number(request, 'visibilityTimeout'),
    });
    return peekAnswer(await queues.peek(oneName(request), options));
  });

export const redriveQueue: QueuesAction = (request) =>
  withOperations(request, async ({ deadLetters }) => {
    const name = oneName(request);
    const progress = progressOf(request.host, `Moving out of ${name}`);
    const { signal } = request;
    const onProgress: RedriveOptions['onProgress'] = ({ movedCount, toMoveCount }) =>
      progress.update({ done: movedCount, total: toMoveCount });
    try {
      return redriveAnswer(
        name,
        await deadLetters.redrive(name, { ...redriveOptions(request), signal, onProgress }),
      );
    } finally {
      progress.end();
    }
  });

async function withOperations(
  { open }: QueuesRequest,
  work: (operations: Operations) => Promise<Answer>,
): Promise<Answer> {
  const operations = await open();
  try {
    return await work(operations);
  } finally {
    await operations.close();
  }
}

/** @throws UsageError where neither names nor `--all` say which */
async function confirmOn(request: QueuesRequest, verb: string, consequence: string): Promise<void> {
  const { host, values, names } = request;
  const isAll = values['all'] === true;
  if (isAll === names.length > 0)
    throw new UsageError('Expected queue names or --all, and not both.');
  const what = isAll ? 'every queue behind the prefix' : names.join(', ');
  const question = [verb, what, consequence].filter((part) => part !== '').join(' ');
  await confirm(`${question}?`, { host, isConfirmed: values['yes'] === true });
}

function toCreate(name: string, request: QueuesRequest): QueueToCreate {
  const { values } = request;
  const queue = values['deadLetter'] as string | undefined;
  const maxReceiveCount = number(request, 'maxReceiveCount');
  if (queue === undefined && maxReceiveCount !== undefined)
    throw new UsageError('--max-receive-count needs --dead-letter.');
  return given({
    name,
    visibilityTimeoutSeconds: number(request, 'visibilityTimeout'),
    retentionSeconds: number(request, 'retention'),
    delaySeconds: number(request, 'delay'),
    contentBasedDeduplication: values['contentBasedDeduplication'] as boolean | undefined,
    deadLetter: queue === undefined ? undefined : given({ queue, maxReceiveCount }),
  });
}

function redriveOptions(request: QueuesRequest): RedriveOptions {
  return given({
    to: request.values['to'] as string | undefined,
    way: request.values['way'] as RedriveOptions['way'],
    maxMessages: number(request, 'maxMessages'),
    maxMessagesPerSecond: number(request, 'rate'),
    delaySeconds: number(request, 'delay'),
    idleSeconds: number(request, 'idleShutdown'),
  });
}

function number({ values }: QueuesRequest, key: string): number | undefined {
  return values[key] as number | undefined;
}

function oneName({ names }: QueuesRequest): string {
  const [name] = names;
  if (name === undefined) throw new UsageError('Expected the name of a queue.');
  return name;
}
