import 'reflect-metadata';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsModule, SqsProducer } from 'nestjs-sqs-tasks';
import { Producer } from 'sqs-producer';
import { BarePosts } from '../bare-posts.js';
import { clientConfigOf, QUEUE, versionOf } from '../contenders/contender.js';

export interface SendContender {
  /** Name and version, for the table. */
  readonly label: string;
  /** Answers a function that sends so many tasks at once, and answers how many of them were accepted. */
  start(endpoint: string): Promise<Burst>;
}

export type Burst = (sendCount: number) => Promise<number>;

export type SendOne = (n: number) => Promise<unknown>;

const BATCH = 10;
/** As many as ours keeps open by default. */
const REQUESTS_IN_FLIGHT = 16;

export const sendContenders: Record<string, SendContender> = {
  'raw-sdk': {
    label: `batches of ten by hand, ${versionOf('@aws-sdk/client-sqs')}`,
    start: async (endpoint) => burstByHand(endpoint),
  },
  'raw-sdk, one by one': {
    label: `SendMessage each, ${versionOf('@aws-sdk/client-sqs')}`,
    start: async (endpoint) => burstOf(startRawSingle(endpoint)),
  },
  'sqs-producer, list': {
    label: `${versionOf('sqs-producer')}, one send() of a list`,
    start: async (endpoint) => {
      const producer = startSqsProducer(endpoint);
      return async (sendCount) => (await producer.send(numbers(sendCount).map(messageOf))).length;
    },
  },
  'sqs-producer, each': {
    label: `${versionOf('sqs-producer')}, a send() each`,
    start: async (endpoint) => {
      const producer = startSqsProducer(endpoint);
      return burstOf((n) => producer.send(messageOf(n)));
    },
  },
  'ours-sdk': {
    label: `nestjs-sqs-tasks, a send() each, wire: 'sdk'`,
    start: async (endpoint) => burstOf(await startOurs(endpoint, { wire: 'sdk' })),
  },
  'ours-handler': {
    label: `nestjs-sqs-tasks, a send() each, request handler`,
    start: async (endpoint) => burstOf(await startOurs(endpoint, { requestHandler: {} })),
  },
  ours: {
    label: `nestjs-sqs-tasks, a send() each, undici`,
    start: async (endpoint) => burstOf(await startOurs(endpoint)),
  },
  floor: {
    label: 'floor: bare POSTs of the same bytes',
    start: async (endpoint) => burstOfBatches(sendBare(endpoint)),
  },
};

/** The whole of Nest: the producer that an app injects. */
export async function startOurs(endpoint: string, more: object = {}): Promise<SendOne> {
  const connection = { ...clientConfig(endpoint), ...more };
  @Module({ imports: [SqsModule.forRoot({ connection, queues: [QUEUE] })] })
  class SendingModule {}
  const app = await NestFactory.createApplicationContext(SendingModule, {
    logger: ['warn', 'error'],
  });
  const producer = app.get(SqsProducer);
  return (n) => producer.send({ queue: QUEUE, pattern: 'bench' }, dataOf(n));
}

export function startRawSingle(endpoint: string): SendOne {
  const client = new SQSClient(clientConfig(endpoint));
  const QueueUrl = queueUrl(endpoint);
  return (n) => client.send(new SendMessageCommand({ QueueUrl, MessageBody: bodyOf(n) }));
}

/** What one would write: lists of ten, some of them on their way at once. */
function burstByHand(endpoint: string): Burst {
  const client = new SQSClient(clientConfig(endpoint));
  const QueueUrl = queueUrl(endpoint);
  return burstOfBatches(async (batch) => {
    const Entries = batch.map((n) => ({ Id: String(n), MessageBody: bodyOf(n) }));
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    return answer.Successful?.length ?? 0;
  });
}

/** The same list each time, as bytes. */
function sendBare(endpoint: string): (batch: number[]) => Promise<number> {
  const posts = new BarePosts(endpoint);
  const Entries = numbers(BATCH).map((n) => ({ Id: String(n), MessageBody: bodyOf(10_000 + n) }));
  const bytes = Buffer.from(JSON.stringify({ QueueUrl: queueUrl(endpoint), Entries }));
  return async (batch) => {
    await posts.post('SendMessageBatch', bytes);
    return batch.length;
  };
}

function burstOfBatches(sendBatch: (batch: number[]) => Promise<number>): Burst {
  return async (sendCount) => {
    let next = 0;
    let accepted = 0;
    const sender = async (): Promise<void> => {
      while (next < sendCount) {
        const batch = numbers(Math.min(BATCH, sendCount - next)).map((i) => next + i);
        next += batch.length;
        const count = await sendBatch(batch);
        accepted += count;
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, sender));
    return accepted;
  };
}

function startSqsProducer(endpoint: string): Producer {
  const sqs = new SQSClient(clientConfig(endpoint));
  return Producer.create({ queueUrl: queueUrl(endpoint), sqs });
}

function burstOf(sendOne: SendOne): Burst {
  return async (sendCount) => {
    const settled = await Promise.allSettled(numbers(sendCount).map((n) => sendOne(n)));
    return settled.filter(({ status }) => status === 'fulfilled').length;
  };
}

function messageOf(n: number) {
  return { id: String(n), body: bodyOf(n) };
}

function bodyOf(n: number): string {
  return JSON.stringify({ pattern: 'bench', data: dataOf(n) });
}

function dataOf(n: number) {
  return { to: 'ada@example.org', n, text: 'x'.repeat(150) };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function clientConfig(endpoint: string) {
  return clientConfigOf({ endpoint, slots: 0, onTask: () => {} });
}

function queueUrl(endpoint: string): string {
  return `${endpoint}/000000000000/${QUEUE}`;
}
