export * from './queue-resources.js';
export * from './peeking.js';
export * from './queues.js';
export * from './redriving.js';
