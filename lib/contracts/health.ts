/** What a probe asks of a worker process. */
export interface HealthReport {
  /** Takes tasks now, or could: every worker runs and its polls work. For readiness probes. */
  readonly isReady: boolean;
  /** Worth keeping alive: no fatal error, no stuck handler, no loop that has stopped. For liveness probes. */
  readonly isLive: boolean;
  /** Why not, one sentence each; empty where all is well. */
  readonly problems: readonly string[];
}
