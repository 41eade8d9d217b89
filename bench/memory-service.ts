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

/** How the memory service is served over HTTP. */
interface ServeOptions {
  latencyMs: number;
  onRequest(action: string): void;
}

interface MemoryModule {
  MemoryServer: {
    start(options: ServeOptions & { service: MemoryService }): Promise<{ endpoint: string }>;
  };
  MemoryQueueService: new () => MemoryService;
  MemoryGateway: new (parts: { service: MemoryService }) => QueueGateway;
}

/** A memory service on real time, and a client of it. */
export async function openMemory(): Promise<{ service: MemoryService; gateway: QueueGateway }> {
  const { MemoryQueueService, MemoryGateway } = await load();
  const service = new MemoryQueueService();
  return { service, gateway: new MemoryGateway({ service }) };
}

/** A memory service on real time, behind HTTP on a free port of 127.0.0.1. */
export async function serveMemory(
  options: ServeOptions,
): Promise<{ service: MemoryService; endpoint: string }> {
  const { MemoryQueueService, MemoryServer } = await load();
  const service = new MemoryQueueService();
  const { endpoint } = await MemoryServer.start({ ...options, service });
  return { service, endpoint };
}

/** The package exports no part of it: the benchmarks load the file that the embedded SQS loads. */
async function load(): Promise<MemoryModule> {
  const { href } = new URL('../dist/memory.js', import.meta.url);
  return (await import(href)) as MemoryModule;
}
