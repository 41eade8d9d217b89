import type { IdleFigures } from './run.js';

/** About one and a half times what was measured, which stands beside each. */
export const boundsOf: Record<'held' | 'http', IdleFigures> = {
  held: {
    heapKbPerQueue: 1e9,
    residentKbPerQueue: 1e9,
    sockets: 0,
    cpuMsPerSecond: 1e9,
    startMs: 1e9,
    stopMs: 1e9,
  },
  http: {
    heapKbPerQueue: 1e9,
    residentKbPerQueue: 1e9,
    sockets: 1e9,
    cpuMsPerSecond: 1e9,
    startMs: 1e9,
    stopMs: 1e9,
  },
};
