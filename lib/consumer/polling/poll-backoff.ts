import { GatewayError } from '../../contracts/errors/index.js';
import { exponentialWait } from '../../primitives/backoff.js';

const pauseMs = { first: 250, max: 20_000 };
/** Where repeating soon cannot help: the queue is gone, or we may not read it. */
const slowMs = 30_000;

/** Pauses between failing polls: exponential with jitter, slow at once where only somebody else can help. */
export class PollBackoff {
  private failures = 0;

  constructor(private readonly random: () => number) {}

  get isFailing(): boolean {
    return this.failures > 0;
  }

  reset(): void {
    this.failures = 0;
  }

  /** Milliseconds until the next try. */
  next(error: unknown): number {
    this.failures++;
    if (needsSomebody(error)) return slowMs;
    return exponentialWait({ attempt: this.failures, ...pauseMs, random: this.random });
  }
}

/** True where a person has to act before polls can work again. */
export function needsSomebody(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return (
    error.kind === 'queue-not-found' ||
    error.kind === 'access-denied' ||
    error.kind === 'unauthenticated' ||
    error.kind === 'invalid-request'
  );
}

/** Milliseconds between empty receives that ask for no wait (`waitTimeSeconds: 0`), which SQS answers at once. */
const shortPollMs = 1_000;
const firstPaceMs = 250;
const maxPaceMs = 5_000;
/** A single odd answer is not worth a warning. */
const hastyBeforeSaid = 3;

/**
 * Pauses after empty answers. A long poll waits by itself, so none follows it. An answer that comes before half of its wait
 * is over is hasty: so answer mocks, proxies and emulators without long polls. From one hasty answer to the next, receives
 * begin further apart, up to five seconds and never further than the wait that was asked for.
 */
export class EmptyPace {
  private hastyCount = 0;

  constructor(private readonly waitTimeSeconds: number) {}

  /** Messages came, or a wait was kept. */
  reset(): void {
    this.hastyCount = 0;
  }

  /** True once, where it is seen that the service does not wait. */
  get isWorthSaying(): boolean {
    return this.hastyCount === hastyBeforeSaid;
  }

  /** Milliseconds until the next receive, after an empty answer to one that asked to wait so long. */
  next(askedSeconds: number, tookMs: number): number {
    if (this.waitTimeSeconds === 0) return shortPollMs;
    // Level orders ask without a wait where another poll follows that waits.
    if (askedSeconds === 0) return 0;
    const waitMs = askedSeconds * 1000;
    if (tookMs >= waitMs / 2) this.reset();
    else this.hastyCount++;
    if (this.hastyCount === 0) return 0;
    const max = Math.min(maxPaceMs, waitMs);
    const wait = { attempt: this.hastyCount, first: firstPaceMs, max, jitter: 'none' } as const;
    const paceMs = exponentialWait(wait);
    return Math.max(0, paceMs - tookMs);
  }
}
