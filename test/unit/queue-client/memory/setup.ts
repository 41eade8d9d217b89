import type { MemoryQueueServiceOptions } from '../../../../lib/queue-client/memory/index.js';
import { MemoryGateway, MemoryQueueService } from '../../../../lib/queue-client/memory/index.js';
import { ManualClock } from '../../../../lib/primitives/manual-clock.js';
import { Bench } from '../../../conformance/check.js';

/** A memory service on a manual clock, and a bench that makes queues on it. */
export function setup(options: MemoryQueueServiceOptions = {}) {
  const clock = new ManualClock();
  const service = new MemoryQueueService({ clock, ...options });
  const gateway = new MemoryGateway({ service });
  const advance = (ms: number) => clock.advance(ms);
  const bench = new Bench({ gateway, advance, close: () => gateway.close() });
  return { clock, service, gateway, bench };
}

/** A FIFO message whose deduplication id is its body. */
export function inGroup(groupId: string, body: string) {
  return { body, groupId, deduplicationId: body };
}
