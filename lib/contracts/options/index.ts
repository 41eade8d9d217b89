export * from './module-options.js';
export * from './producer-options.js';
export * from './queue-options.js';
export * from './worker-options.js';
