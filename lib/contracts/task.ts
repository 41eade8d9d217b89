import type { TaskPacket } from './format.js';
import type { MessageAttributes, ReceivedMessage, SystemAttributes } from './gateway.js';

/** A message as handlers see it. */
export interface TaskMessage {
  readonly id: string;
  /** The body as SQS gave it. */
  readonly body: string;
  /** As SQS gave them; those of a notification that the queue's format unwraps are among them. */
  readonly attributes: MessageAttributes;
  readonly systemAttributes: SystemAttributes;
  /** Deliveries so far, this one included; SQS counts it approximately. */
  readonly receiveCount: number;
  /** When it was sent, milliseconds since the epoch. */
  readonly sentAt: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  /** The message exactly as the gateway received it, receipt handle included. */
  readonly raw: ReceivedMessage;
}

/** One attempt at a message: what handlers, hooks and interceptors share. */
export interface TaskDelivery {
  /** Logical name of the queue, without prefix. */
  readonly queue: string;
  readonly message: TaskMessage;
  /** The level of the queue that it came from; 0 is the lowest, and the only one of a queue without priorities. */
  readonly priority: number;
  /** The task's name; undefined where the message could not be decoded. */
  readonly pattern: string | undefined;
  /** The task as it travelled; undefined for raw messages and those that could not be decoded. */
  readonly packet: TaskPacket | undefined;
  /** What the handler gets; an interceptor may replace it. */
  data: unknown;
  /** Key-values that travelled with the task. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What the queue's format sets aside: facts of the message that are no part of the task. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** Attempts so far, this one included: the receive count, and retries made here while the message was held. */
  readonly attempt: number;
  /** Aborted with `LeaseLostError`, `TaskTimeoutError` or `DrainDeadlineError`; created at first use. */
  readonly signal: AbortSignal;
  /**
   * Makes the lease last at least so many seconds from now.
   * @throws LeaseLostError where it is lost already
   */
  extend(seconds: number): Promise<void>;
  /** With `ack: 'manual'`: this delivery is done. Elsewhere it has no effect. */
  ack(): void;
  /** Says that the task goes on, and how far it is: `silenceTimeoutMs` counts from here, `isAlive` is told the value. */
  progress(value?: unknown): void;
}

/** A delivery in the hands of who runs it. */
export interface RunningDelivery extends TaskDelivery {
  /** Aborts `signal`; the first reason is the one it has. */
  abort(error: Error): void;
  /** Told of every reason, also of those after the first. */
  onAbort: ((error: Error) => void) | undefined;
  /** Told of every `progress()`. */
  onProgress: ((value: unknown) => void) | undefined;
}

/** How a delivery ends. */
export type Outcome =
  | { readonly kind: 'success'; readonly value?: unknown }
  | {
      readonly kind: 'retry';
      /** Seconds until SQS gives it again; undefined leaves the running visibility timeout alone. */
      readonly delaySeconds: number | undefined;
      readonly error?: unknown;
      /** True where the handler asked for it: no error is logged. */
      readonly wanted: boolean;
    }
  | { readonly kind: 'discard'; readonly error?: unknown; readonly reason: string }
  | {
      readonly kind: 'dead-letter';
      readonly error?: unknown;
      readonly reason: string;
      /**
       * Who moves the message. `'copy'`: the worker sends a copy to the dead-letter queue, then deletes the message.
       * `'sqs'`: this was the last receive that the queue allows; SQS moves the message at the next one.
       * @default 'copy'
       */
      readonly movedBy?: 'sqs' | 'copy';
    }
  | { readonly kind: 'release'; readonly error?: unknown; readonly reason: string };

export type OutcomeKind = Outcome['kind'];

/** What a handler may throw to choose the outcome. Recognised by brand, so several copies of the library agree. */
export const CONTROL_ERROR = Symbol.for('nestjs-sqs-tasks:control-error');

export type ControlSignal =
  | { kind: 'retry'; delaySeconds?: number }
  /** Not settled at all: the message comes back when its running visibility timeout ends. */
  | { kind: 'leave' }
  | { kind: 'discard'; reason: string }
  | { kind: 'dead-letter'; reason: string };

export interface ControlError extends Error {
  readonly [CONTROL_ERROR]: ControlSignal;
}

/** What an error chooses; undefined for one that chooses nothing, or nothing that is known here. Never throws. */
export function controlSignalOf(error: unknown): ControlSignal | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    return knownSignal((error as Partial<Record<symbol, unknown>>)[CONTROL_ERROR]);
  } catch {
    // Anything can be thrown, a proxy that refuses to be read too.
    return undefined;
  }
}

function knownSignal(signal: unknown): ControlSignal | undefined {
  if (typeof signal !== 'object' || signal === null) return undefined;
  const { kind, reason } = signal as { kind?: unknown; reason?: unknown };
  switch (kind) {
    case 'retry':
    case 'leave':
      return signal as ControlSignal;
    case 'discard':
    case 'dead-letter':
      return typeof reason === 'string' ? (signal as ControlSignal) : { kind, reason: noReason };
    default:
      return undefined;
  }
}

const noReason = 'no reason given';
