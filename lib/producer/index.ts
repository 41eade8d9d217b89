export * from './baked-task.js';
export type { SendBatch } from './batch-scope.js';
export * from './define-task.js';
export { SENDER_ATTRIBUTE } from './message-attributes.js';
export * from './producer.js';
