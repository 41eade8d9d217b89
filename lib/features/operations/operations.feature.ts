import type { SqsFeature } from '../../nest/module/sqs-feature.js';
import { SqsDeadLetters } from './sqs-dead-letters.js';
import { SqsQueues } from './sqs-queues.js';

export const operationsFeature: SqsFeature = {
  providers: [SqsQueues, SqsDeadLetters],
  exports: [SqsQueues, SqsDeadLetters],
};
