/** How the command ends; signals add 128 and their number, as shells do. */
export const EXIT_CODES = {
  /** Done, or a worker that drained after a signal or a stop policy. */
  ok: 0,
  /** What was asked could not be done; one sentence says why. */
  failed: 1,
  /** It was asked in a way that cannot be understood; the usage follows. */
  usage: 2,
} as const;
