export type { HookDecorator } from './hook-declaration.js';
export {
  OnQueueStats,
  OnTaskError,
  PostSend,
  PostTask,
  PreSend,
  PreTask,
} from './hook.decorators.js';
export type { PostTaskOptions, QueueStatsOptions } from './hook.decorators.js';
