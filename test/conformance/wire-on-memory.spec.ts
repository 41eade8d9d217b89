import { ServedMemory } from '../support/served-memory.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';

queueGatewaySuite('wire on memory, over HTTP', setup, { hasVirtualTime: true });

async function setup() {
  const served = await ServedMemory.start();
  return {
    gateway: served.connect(),
    advance: (ms: number) => served.clock.advance(ms),
    close: () => served.close(),
  };
}
