/** How a wait is spread: anywhere up to it, over its upper half, or not at all. */
export type Jitter = 'full' | 'half' | 'none';

export interface ExponentialWait {
  /** Attempts that have failed, from 1. */
  readonly attempt: number;
  /** Bound of the first wait, in any unit. */
  readonly first: number;
  /** Bound of every wait, in the same unit. */
  readonly max: number;
  /** How much longer each bound is than the one before. @default 2 */
  readonly factor?: number;
  /** @default 'half': no random number makes a wait of nothing, which would be a hot loop */
  readonly jitter?: Jitter;
  /** Answers a number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** The wait after some failed attempts, in the unit of its bounds: exponential back-off with jitter. */
export function exponentialWait(wait: ExponentialWait): number {
  const { attempt, first, max, factor = 2, jitter = 'half', random = Math.random } = wait;
  // Never NaN: nothing grows to nothing, however often.
  const grown = first === 0 ? 0 : first * factor ** Math.max(0, attempt - 1);
  return jittered(Math.min(max, grown), jitter, random);
}

export function jittered(bound: number, jitter: Jitter, random: () => number): number {
  switch (jitter) {
    case 'none':
      return bound;
    case 'half':
      return bound / 2 + (bound / 2) * random();
    case 'full':
      return bound * random();
  }
}
