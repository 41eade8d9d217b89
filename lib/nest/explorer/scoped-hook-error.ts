import { SqsError } from '../../contracts/index.js';

/** A hook or interceptor that has no one instance for the whole app: chains run outside of any request. */
export class ScopedHookError extends SqsError {
  constructor(facts: { what: string }) {
    super(
      `${facts.what} needs one instance for the whole app, but its provider is request-scoped or transient, or injects ` +
        `something that is. Move it to a provider of default scope.`,
    );
  }
}
