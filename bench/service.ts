import { serveMemory } from './memory-service.js';
import type { ServiceCommand, ServiceReply, ServiceReport } from './service-messages.js';

/** A queue service in a process of its own, on 127.0.0.1: `service.js memory|fauxqs [latencyMs]`. */
const kinds = { memory: startMemory, fauxqs: startFauxqs };
const requests: Record<string, number> = {};

async function main(kind: keyof typeof kinds, latencyMs: number): Promise<void> {
  const service = await kinds[kind](latencyMs);
  process.on('message', ({ queue }: ServiceCommand) => {
    tell({ kind: 'report', report: reportOf(service.deletedOf(queue)) });
  });
  process.on('disconnect', () => process.exit(0));
  tell({ kind: 'listening', endpoint: service.endpoint });
}

interface RunningService {
  endpoint: string;
  deletedOf(queue: string): number;
}

async function startMemory(latencyMs: number): Promise<RunningService> {
  const { service, endpoint } = await serveMemory({ latencyMs, onRequest: count });
  return {
    endpoint,
    deletedOf: (queue) => service.stats(queue).deleted,
  };
}

async function startFauxqs(): Promise<RunningService> {
  const { buildApp } = await import('fauxqs');
  const app = buildApp({ logger: false });
  app.addHook('onRequest', async ({ headers }) => {
    count(String(headers['x-amz-target']).split('.')[1] ?? '');
  });
  let deleted = 0;
  app.addHook('onSend', async ({ headers }, _reply, payload) => {
    if (String(headers['x-amz-target']).endsWith('DeleteMessageBatch')) {
      deleted += successesIn(String(payload));
    }
  });
  return { endpoint: await app.listen({ host: '127.0.0.1', port: 0 }), deletedOf: () => deleted };
}

function successesIn(answer: string): number {
  return (JSON.parse(answer) as { Successful?: unknown[] }).Successful?.length ?? 0;
}

function count(operation: string): void {
  requests[operation] = (requests[operation] ?? 0) + 1;
}

function reportOf(deletedCount: number): ServiceReport {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { requests, heapBytes: heapUsed, residentBytes: rss, deletedCount };
}

function tell(reply: ServiceReply): void {
  process.send?.(reply);
}

await main(process.argv[2] as keyof typeof kinds, Number(process.argv[3] ?? 0));
