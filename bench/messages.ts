/** What the benchmark's processes tell each other. */
export interface RequestCounts {
  receives: number;
  deletes: number;
  sends: number;
  others: number;
  /** Messages given out. */
  received: number;
  /** Messages deleted. */
  deleted: number;
  /** Messages taken. */
  sent: number;
}

export type ServerCommand = { kind: 'count' } | { kind: 'end' };

export type ServerReply =
  { kind: 'listening'; port: number } | { kind: 'counts'; counts: RequestCounts };

export interface ContenderJob {
  name: string;
  endpoint: string;
  warmUpTasks: number;
  measureTasks: number;
}

/** `mark`: the measured time begins. `measured`: it has ended. */
export type ContenderReply =
  | { kind: 'mark' }
  | { kind: 'measured'; tasks: number; cpuMicros: number; durationMs: number; label: string };
