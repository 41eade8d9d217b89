import { SqsError } from '../../contracts/index.js';

/** `TaskContext.set()` where no request or task is running. */
export class NoTaskContextError extends SqsError {
  constructor(facts: { key: string }) {
    super(
      `TaskContext.set("${facts.key}") was called outside of any context, where nobody could read it. ` +
        `Handlers have one; elsewhere call it inside of TaskContext.run(), for instance in a middleware.`,
    );
  }
}
