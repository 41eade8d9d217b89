import { SqsError } from '../../contracts/index.js';

/**
 * A task failed where only Nest's answer is known, not the error: in a `ServerSqs` made by hand, or in a handler that
 * also serves HTTP.
 * `cause` is that answer; Nest's own log has the rest.
 */
export class HiddenHandlerError extends SqsError {
  constructor(facts: { rejection: unknown }) {
    super(`The handler failed: ${describe(facts.rejection)}`, { cause: facts.rejection });
  }
}

function describe(rejection: unknown): string {
  if (typeof rejection === 'string') return rejection;
  if (typeof rejection === 'object' && rejection !== null && 'message' in rejection) {
    return String(rejection.message);
  }
  return `Nest answered ${JSON.stringify(rejection) ?? typeof rejection}`;
}
