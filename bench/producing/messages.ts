/** What the producing benchmark and its sender processes tell each other. */
export interface SenderJob {
  /** A contender's name, for a burst; or the comparison of single sends. */
  what: { kind: 'burst'; name: string; sendCount: number } | { kind: 'latency'; sendCount: number };
  endpoint: string;
}

export interface BurstFigures {
  label: string;
  resolvedCount: number;
  cpuMicrosPerSend: number;
}

/** Medians, in milliseconds. */
export interface LatencyFigures {
  oursMs: number;
  rawMs: number;
}

/** `ready`: warm, and waiting for word to begin, so that the service's counts are taken between the two. */
export type SenderReply =
  | { kind: 'ready' }
  | { kind: 'burst'; figures: BurstFigures }
  | { kind: 'latency'; figures: LatencyFigures };
