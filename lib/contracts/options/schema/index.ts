export * from './isolate-schema.js';
export * from './module-schema.js';
export * from './option.js';
export * from './producer-schema.js';
export * from './queue-schema.js';
export * from './schema-of.js';
export * from './validate-options.js';
export * from './worker-schema.js';
