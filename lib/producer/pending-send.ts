import type { OutgoingMessage, SentMessage } from '../contracts/gateway.js';
import type { OngoingSend } from './ongoing-sends.js';

/** A message on its way out, and whoever waits for it. Exactly one of `resolve` and `reject` is called, once. */
export interface PendingSend {
  /** The send that it belongs to; what was given up is not sent. */
  readonly ongoing: OngoingSend;
  readonly message: OutgoingMessage;
  /** Size as SQS counts it. */
  readonly bytes: number;
  /** Attempts that ended. */
  attempts: number;
  /** Goes in a request of its own: SQS refused a request that it shared, without saying which entry was at fault. */
  alone: boolean;
  resolve(sent: SentMessage): void;
  reject(error: unknown): void;
}

/** How one attempt at one entry ended. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly sent: SentMessage }
  /** The message itself is at fault: final, and of no consequence for its neighbours. */
  | { readonly kind: 'refused'; readonly error: Error }
  /** Not accepted, and not to be tried again. */
  | { readonly kind: 'given-up'; readonly error: Error }
  /** Not accepted; worth another attempt, after a pause unless `atOnce`. */
  | { readonly kind: 'again'; readonly error: Error; readonly atOnce: boolean };

/** One entry of a request that has ended. */
export interface EndedAttempt {
  readonly entry: PendingSend;
  readonly outcome: SendOutcome;
}
