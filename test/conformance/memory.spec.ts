import { ManualClock } from '../../lib/primitives/manual-clock.js';
import { MemoryGateway, MemoryQueueService } from '../../lib/queue-client/memory/index.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';

queueGatewaySuite('memory', setup, { hasVirtualTime: true });

function setup() {
  const clock = new ManualClock();
  const gateway = new MemoryGateway({ service: new MemoryQueueService({ clock }) });
  return {
    gateway,
    advance: (ms: number) => clock.advance(ms),
    close: () => gateway.close(),
  };
}
