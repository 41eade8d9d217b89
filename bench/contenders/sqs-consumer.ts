import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { clientConfigOf, queueUrlOf, versionOf, type Contender } from './contender.js';

const BATCH = 10;

/** Per-message handlers, ten at a time; as many consumers as fill the slots. */
export const sqsConsumer: Contender = {
  label: versionOf('sqs-consumer'),
  async start(work) {
    const sqs = new SQSClient(clientConfigOf(work));
    for (let n = 0; n < work.slots / BATCH; n += 1) {
      const consumer = Consumer.create({
        queueUrl: queueUrlOf(work),
        sqs,
        batchSize: BATCH,
        waitTimeSeconds: 20,
        messageSystemAttributeNames: ['All'],
        messageAttributeNames: ['All'],
        handleMessage: async (message) => {
          JSON.parse(message.Body ?? '');
          work.onTask();
          return message;
        },
      });
      consumer.on('error', fail);
      consumer.on('processing_error', fail);
      consumer.start();
    }
  },
};

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
