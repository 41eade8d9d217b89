export { CallCounts } from './call-counts.js';
export type { MemoryMessage, MemoryQueueStats } from './inspection.js';
export { MemoryGateway } from './memory-gateway.js';
export {
  MemoryQueueService,
  type AfterCall,
  type BeforeCall,
  type MemoryQueueServiceOptions,
} from './memory-queue-service.js';
export type { Operation } from './operations.js';
