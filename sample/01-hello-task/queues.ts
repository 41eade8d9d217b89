import { SqsModule } from 'nestjs-sqs-tasks';

/**
 * The same in both processes. `SQS_EMBEDDED_URL` is set by the launcher when it started an SQS of its own; otherwise
 * the AWS SDK finds endpoint, region and credentials as it always does.
 */
export const HelloQueues = SqsModule.forRoot({
  connection: process.env['SQS_EMBEDDED_URL'] === undefined ? {} : { embedded: true },
  queues: [{ name: 'hello', deadLetter: { queue: 'hello-dead', maxReceiveCount: 3 } }],
  onMissingQueue: 'create',
});
