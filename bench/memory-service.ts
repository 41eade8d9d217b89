import type { QueueGateway } from 'nestjs-sqs-tasks';

/** What the benchmarks use of the in-memory queue service. */
export interface MemoryService {
  stats(queueName: string): MemoryStats;
  calls: { of(operation: string): number };
}

export interface MemoryStats {
  sent: number;
  received: number;
  deleted: number;
  visible: number;
  delayed: number;
  inflight: number;
}

interface MemoryModule {
  MemoryQueueService: new () => MemoryService;
  MemoryGateway: new (parts: { service: MemoryService }) => QueueGateway;
}

/** A memory service on real time, and a client of it. */
export async function openMemory(): Promise<{ service: MemoryService; gateway: QueueGateway }> {
  // The built package exports no part of it but its own: the benchmarks reach beside its front door.
  const { href } = new URL('../dist/memory.js', import.meta.url);
  const { MemoryQueueService, MemoryGateway } = (await import(href)) as MemoryModule;
  const service = new MemoryQueueService();
  return { service, gateway: new MemoryGateway({ service }) };
}
