export { MemoryGateway } from '../memory-gateway.js';
export { MemoryQueueService } from '../memory-queue-service.js';
export { MemoryServer, type MemoryServerOptions } from './memory-server.js';
