export * from './isolation.errors.js';
export * from './isolation.feature.js';
export type { IsolatedTaskContext } from './member/file-context.js';
