export * from './combine.js';
export * from './idle.js';
export * from './max-tasks.js';
export * from './never.js';
