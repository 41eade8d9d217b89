/** What a stop policy is told; all counts since the worker started. */
export interface StopFacts {
  /** Handlers that have ended, however they ended. */
  readonly endedCount: number;
  /** Handlers that are running. */
  readonly runningCount: number;
  /** Milliseconds since a message was last received or a handler last ran. */
  readonly idleMs: number;
  /** The last receive of every queue brought nothing; false until each has answered once. */
  readonly areQueuesEmpty: boolean;
}

/** Decides when a worker stops by itself. Combine with `anyOf` and `allOf`, or write your own. */
export interface StopPolicy {
  /** One run of one worker: state lives here, so a policy can be used twice. */
  start(): StopDecision;
}

export interface StopDecision {
  shouldStop(facts: StopFacts): boolean;
  /** How many more handlers may start; lets `maxTasks(12)` stop after exactly 12. Default: no bound. */
  startsLeft?(facts: StopFacts & { startedCount: number }): number;
  /** Milliseconds until the answer may change without anything happening. Default: it does not. */
  recheckInMs?(facts: StopFacts): number | undefined;
}
