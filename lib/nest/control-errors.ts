import { RpcException } from '@nestjs/microservices';
import { CONTROL_ERROR } from '../contracts/index.js';
import type { ControlError, ControlSignal } from '../contracts/index.js';

/**
 * What a handler throws to choose the outcome. `getError()` answers the error itself, because Nest's exception
 * layer hands on only what `getError()` gives.
 */
abstract class TaskControlError extends RpcException implements ControlError {
  abstract readonly [CONTROL_ERROR]: ControlSignal;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }

  override getError(): this {
    return this;
  }
}

/** Retry this task, after `delaySeconds` or after what the policy says. */
export class RetryTaskError extends TaskControlError {
  readonly [CONTROL_ERROR]: ControlSignal;

  constructor(options: { delaySeconds?: number } = {}) {
    super('The handler asked for a retry');
    this[CONTROL_ERROR] = { kind: 'retry', ...options };
  }
}

/** Give this task up: its payload goes to the `SqsMessages` logger and the message is deleted. */
export class DiscardTaskError extends TaskControlError {
  readonly [CONTROL_ERROR]: ControlSignal;

  constructor(reason = 'the handler asked for it') {
    super(`Discarded: ${reason}`);
    this[CONTROL_ERROR] = { kind: 'discard', reason };
  }
}

/** Move this task to the dead-letter queue now, with the reason beside it. */
export class DeadLetterTaskError extends TaskControlError {
  readonly [CONTROL_ERROR]: ControlSignal;

  constructor(reason: string) {
    super(`Dead-lettered: ${reason}`);
    this[CONTROL_ERROR] = { kind: 'dead-letter', reason };
  }
}
