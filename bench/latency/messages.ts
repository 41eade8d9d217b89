/** What the latency benchmark and its client processes tell each other. */
export interface LatencyJob {
  name: string;
  endpoint: string;
  warmUpCount: number;
  sendCount: number;
}

export interface LatencyReply {
  label: string;
  /** Milliseconds from the call of `send()` to the start of the handler, one per task. */
  times: number[];
}
