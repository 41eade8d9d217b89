import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { clientConfigOf, queueUrlOf, versionOf, type Contender, type Work } from './contender.js';

const BATCH = 10;

/** What one would write by hand: loops of receive ten, handle them together, delete them together. */
export const rawSdk: Contender = {
  label: `hand-written loop, ${versionOf('@aws-sdk/client-sqs')}`,
  async start(work) {
    const client = new SQSClient(clientConfigOf(work));
    for (let loop = 0; loop < work.slots / BATCH; loop += 1) {
      runLoop(client, work).catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
    }
  },
};

async function runLoop(client: SQSClient, work: Work): Promise<void> {
  const QueueUrl = queueUrlOf(work);
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    await Promise.all(Messages.map((message) => handle(message, work)));
    const Entries = Messages.map((message, index) => ({
      Id: String(index),
      ReceiptHandle: message.ReceiptHandle,
    }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function handle(message: Message, work: Work): Promise<void> {
  JSON.parse(message.Body ?? '');
  work.onTask();
}
