import { InvalidOptionsError } from '../../contracts/errors/config-errors.js';
import type { StopDecision, StopFacts, StopPolicy } from '../../contracts/stop-policy.js';

/** Stops as soon as one of them would. @throws InvalidOptionsError without any policy */
export function anyOf(...policies: readonly StopPolicy[]): StopPolicy {
  refuseNone('anyOf()', policies);
  return { start: () => new Combined(policies, (votes) => votes.includes(true), Math.min) };
}

/** Stops once all of them would at the same moment. @throws InvalidOptionsError without any policy */
export function allOf(...policies: readonly StopPolicy[]): StopPolicy {
  refuseNone('allOf()', policies);
  // A handler may start as long as one of them still waits for it.
  return { start: () => new Combined(policies, (votes) => !votes.includes(false), Math.max) };
}

class Combined implements StopDecision {
  private readonly parts: readonly StopDecision[];

  constructor(
    policies: readonly StopPolicy[],
    private readonly decide: (votes: readonly boolean[]) => boolean,
    private readonly bound: (...counts: number[]) => number,
  ) {
    this.parts = policies.map((policy) => policy.start());
  }

  /** Asks every part every time, so that parts which count what they see miss nothing. */
  shouldStop(facts: StopFacts): boolean {
    return this.decide(this.parts.map((part) => part.shouldStop(facts)));
  }

  startsLeft(facts: StopFacts & { startedCount: number }): number {
    return this.bound(...this.parts.map((part) => part.startsLeft?.(facts) ?? Infinity));
  }

  recheckInMs(facts: StopFacts): number | undefined {
    const waits = this.parts.map((part) => part.recheckInMs?.(facts)).filter(isNumber);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function refuseNone(where: string, policies: readonly StopPolicy[]): void {
  if (policies.length > 0) return;
  throw new InvalidOptionsError({
    where,
    problems: ['Expected at least one stop policy, got none'],
  });
}
