export * from './no-task-context.error.js';
export * from './task-context.js';
export * from './task-context.feature.js';
