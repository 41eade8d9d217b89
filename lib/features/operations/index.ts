export * from './operations.feature.js';
export * from './sqs-dead-letters.js';
export * from './sqs-queues.js';
