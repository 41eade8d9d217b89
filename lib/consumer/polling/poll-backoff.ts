import { GatewayError } from '../../contracts/errors/index.js';

const firstMs = 250;
const maxMs = 20_000;
/** Where repeating soon cannot help: the queue is gone, or we may not read it. */
const slowMs = 30_000;

/** Pauses between failing polls: exponential with full jitter, slow at once where only somebody else can help. */
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
    const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(this.failures - 1, 16));
    // Half of it is fixed, so that a random 0 cannot make a hot loop.
    return ceiling * (0.5 + this.random() / 2);
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
