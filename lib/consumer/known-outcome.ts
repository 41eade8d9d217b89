import type { Outcome } from '../contracts/task.js';
import { clampDelay } from './retry/clamp-delay.js';

/**
 * What an interceptor answered, as an outcome that can be settled; undefined where it is none. An outcome made by hand may
 * lack what TypeScript would ask for. Never throws.
 */
export function knownOutcome(answer: unknown): Outcome | undefined {
  try {
    return typeof answer === 'object' && answer !== null ? completed(answer) : undefined;
  } catch {
    // A proxy or a getter of the user's.
    return undefined;
  }
}

type Fields = Partial<Record<'kind' | 'reason' | 'delaySeconds' | 'wanted', unknown>>;

function completed(answer: object): Outcome | undefined {
  const { kind, reason, delaySeconds } = answer as Fields;
  switch (kind) {
    case 'success':
      return answer as Outcome;
    case 'retry':
      if (isDelay(delaySeconds)) return answer as Outcome;
      return { ...answer, kind, delaySeconds: clampDelay(Number.NaN), wanted: false };
    case 'discard':
    case 'dead-letter':
    case 'release':
      if (typeof reason === 'string') return answer as Outcome;
      return { ...answer, kind, reason: `an interceptor chose ${kind}` };
    default:
      return undefined;
  }
}

function isDelay(value: unknown): boolean {
  return value === undefined || typeof value === 'number';
}
