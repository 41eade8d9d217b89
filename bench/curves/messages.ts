/** One point of a curve. */
export interface CurveJob {
  endpoint: string;
  queueCount: number;
  slots: number;
  warmUpMs: number;
  measureMs: number;
}

/** `mark`: the measured time begins. `measured`: it has ended. */
export type CurveReply =
  { kind: 'mark' } | { kind: 'measured'; tasks: number; cpuMicros: number; elapsedMs: number };
