/**
 * Time as the engine sees it. Leases, back-off and deadlines are measured with `now()`, which never jumps;
 * `wallNow()` is only for what travels in messages.
 */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wallNow(): number;
  /** Calls back once after `delayMs` milliseconds, never synchronously. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}
