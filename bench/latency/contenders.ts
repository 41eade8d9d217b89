import 'reflect-metadata';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SqsModule, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { clientConfigOf, QUEUE, queueUrlOf, versionOf } from '../contenders/contender.js';

export interface LatencyContender {
  /** Name and version, for the table. */
  readonly label: string;
  /** Begins to poll, tells of each handler that starts, and answers what sends one task. */
  start(endpoint: string, onTask: () => void): Promise<() => Promise<unknown>>;
}

export const latencyContenders: Record<string, LatencyContender> = {
  'raw-sdk': { label: `hand-written loop, ${versionOf('@aws-sdk/client-sqs')}`, start: startRaw },
  'ours-sdk': ours(`nestjs-sqs-tasks, wire: 'sdk'`, { wire: 'sdk' }),
  'ours-handler': ours('nestjs-sqs-tasks, request handler', { requestHandler: {} }),
  ours: ours('nestjs-sqs-tasks, undici', {}),
};

const data = { text: 'x'.repeat(150) };

/** What one would write by hand: a send, and a loop of receive, handle, delete. */
async function startRaw(endpoint: string, onTask: () => void): Promise<() => Promise<unknown>> {
  const work = { endpoint, slots: 1, onTask };
  const client = new SQSClient(clientConfigOf(work));
  const QueueUrl = queueUrlOf(work);
  const MessageBody = JSON.stringify({ pattern: 'bench', data });
  runLoop(client, QueueUrl, onTask).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return () => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

async function runLoop(client: SQSClient, QueueUrl: string, onTask: () => void): Promise<void> {
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    for (const { Body = '' } of Messages) {
      JSON.parse(Body);
      onTask();
    }
    if (Messages.length === 0) continue;
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** The whole of Nest in one app: the producer that is injected, and a worker with default options. */
function ours(label: string, more: object): LatencyContender {
  return {
    label,
    async start(endpoint, onTask) {
      const connection = { ...clientConfigOf({ endpoint, slots: 0, onTask }), ...more };
      const app = await NestFactory.createMicroservice(moduleOf(connection, onTask), {
        ...sqsWorker({ queues: [QUEUE] }),
        logger: ['error'],
      });
      await app.listen();
      const producer = app.get(SqsProducer);
      return () => producer.send({ queue: QUEUE, pattern: 'bench' }, data);
    },
  };
}

function moduleOf(connection: object, onTask: () => void) {
  @Controller()
  class BenchController {
    @MessagePattern('bench')
    handle(@Payload() _data: unknown): void {
      onTask();
    }
  }

  @Module({
    imports: [SqsModule.forRoot({ connection, queues: [QUEUE], onMissingQueue: 'create' })],
    controllers: [BenchController],
  })
  class BenchModule {}
  return BenchModule;
}
