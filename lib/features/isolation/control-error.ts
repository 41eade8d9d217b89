import type { ControlSignal } from '../../contracts/index.js';
import { CONTROL_ERROR } from '../../contracts/index.js';
import {
  DeadLetterTaskError,
  DiscardTaskError,
  RetryTaskError,
} from '../../nest/control-errors.js';

/** A control error that a member threw, of its class again. */
export function controlErrorOf(signal: ControlSignal, message: string): Error {
  switch (signal.kind) {
    case 'retry': {
      const { delaySeconds } = signal;
      return new RetryTaskError(delaySeconds === undefined ? {} : { delaySeconds });
    }
    case 'discard':
      return new DiscardTaskError(signal.reason);
    case 'dead-letter':
      return new DeadLetterTaskError(signal.reason);
    case 'leave':
      return Object.assign(new Error(message), { [CONTROL_ERROR]: signal });
  }
}
