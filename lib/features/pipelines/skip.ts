/** Returned by a stage: this item goes no further, also where `forwardNull` sends `null` on. */
export const SKIP: unique symbol = Symbol.for('nestjs-sqs-tasks:skip');
