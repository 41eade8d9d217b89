import type { MessageHandler } from '@nestjs/microservices';
import type { HandlerDefinition, HandlerExtras } from '../handler-definition.js';
import { HANDLER_NAME, SQS_HANDLER } from '../sqs.constants.js';

/** One handler as Nest handed it to us. */
export interface HandlerRegistration {
  readonly pattern: string;
  /** Undefined: it serves every queue of the worker. */
  readonly queue: string | undefined;
  readonly kind: HandlerKind;
  readonly name: string;
  readonly callback: MessageHandler;
  readonly definition: HandlerDefinition;
  /** By a decorator of ours, and not by Nest's own. */
  readonly isDeclared: boolean;
}

export type HandlerKind = 'message' | 'event' | 'batch' | 'raw';

export function registrationOf(facts: {
  pattern: string;
  /** Logical name. */
  queue: string | undefined;
  callback: MessageHandler;
  isEvent: boolean;
  extras: HandlerExtras;
}): HandlerRegistration {
  const { pattern, queue, callback, extras } = facts;
  const definition = extras[SQS_HANDLER] ?? { kind: 'task', options: {} };
  return {
    pattern,
    queue,
    kind: facts.isEvent ? 'event' : kinds[definition.kind],
    name: extras[HANDLER_NAME] ?? pattern,
    callback,
    definition,
    isDeclared: extras[SQS_HANDLER] !== undefined,
  };
}

const kinds = { task: 'message', batch: 'batch', raw: 'raw' } as const satisfies Record<
  HandlerDefinition['kind'],
  HandlerKind
>;
