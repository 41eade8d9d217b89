export * from './config-errors.js';
export * from './gateway-errors.js';
export * from './operation-errors.js';
export * from './reply-errors.js';
export * from './send-errors.js';
export { SqsError } from './sqs-error.js';
export * from './task-errors.js';
