import { Squiss } from 'squiss-ts';
import { clientConfigOf, queueUrlOf, versionOf, type Contender } from './contender.js';

/** Slots and batched deletes, one receive at a time. */
export const squiss: Contender = {
  label: versionOf('squiss-ts'),
  async start(work) {
    const { endpoint, region, credentials } = clientConfigOf(work);
    const poller = new Squiss({
      awsConfig: { endpoint, region, credentials },
      queueUrl: queueUrlOf(work),
      bodyFormat: 'json',
      maxInFlight: work.slots,
      receiveBatchSize: 10,
      minReceiveBatchSize: 10,
      receiveSqsAttributes: ['All'],
      receiveAttributes: ['All'],
    });
    poller.on('message', (message) => {
      work.onTask();
      void message.del();
    });
    poller.on('error', (error) => {
      console.error(error);
      process.exit(1);
    });
    await poller.start();
  },
};
