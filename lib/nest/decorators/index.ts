export * from './batch-task.decorator.js';
export * from './inject-queue.decorator.js';
export * from './raw-task.decorator.js';
export * from './task.decorator.js';
export type { TaskReference } from './task-reference.js';
export { UseSendInterceptors } from './use-send-interceptors.decorator.js';
