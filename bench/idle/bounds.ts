import type { IdleFigures } from './run.js';

/**
 * About one and a half times what 5,000 queues were measured to cost, on two cores that other programs kept busy. The
 * measured values stand behind each.
 */
export const boundsOf: Record<'held' | 'http', IdleFigures> = {
  held: {
    heapKbPerQueue: 20, // 13.5
    residentKbPerQueue: 25, // 16
    sockets: 0, // 0
    cpuMsPerSecond: 15, // 9.4
    startMs: 8_000, // 1,700 to 5,100
    stopMs: 1_700, // 1,110
  },
  http: {
    heapKbPerQueue: 52, // 34.5
    residentKbPerQueue: 150, // 96 to 101
    sockets: 5_010, // 5,000: one held poll each, and a few for other calls
    cpuMsPerSecond: 42, // 26 to 28
    startMs: 56_000, // 31,200 to 37,200: two requests a queue, then its poll
    stopMs: 10_500, // 6,100 to 6,900
  },
};
