import type { MessageAttributes, ReceivedMessage } from '../../contracts/index.js';
import type { ErrorRecord } from './error-record.js';

/** What a member is told to run. */
export interface Job {
  /** `Class.method`. */
  readonly handler: string;
  readonly code: CodeReference;
  readonly args: readonly unknown[];
  /** Positions of `args` that are the context. */
  readonly contextAt: readonly number[];
  readonly delivery: DeliveryRecord;
  readonly recycle: RecycleRule;
}

export interface CodeReference {
  readonly kind: 'file' | 'module';
  readonly url: string;
  readonly exportName: string | undefined;
}

export interface RecycleRule {
  readonly afterTasks: number | undefined;
  readonly aboveMb: number | undefined;
}

/** A delivery as it goes to a member. */
export interface DeliveryRecord {
  readonly queue: string;
  readonly priority: number;
  readonly pattern: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  readonly message: ReceivedMessage;
  /** Those of `message`, and what lay inside of its body. */
  readonly attributes: MessageAttributes;
  readonly receiveCount: number;
  readonly sentAt: number;
  /** Why `signal` is aborted already. */
  readonly aborted: ErrorRecord | undefined;
}

/** What the pool hands to a member: a packed `Job`, and in a thread the member's end of the line. */
export interface MemberTask {
  readonly job: Uint8Array;
  readonly port?: import('node:worker_threads').MessagePort;
  /** Of a process, whose tasks share one channel: which run a message belongs to. */
  readonly run?: number;
}

export type ToMember =
  /** The member has said hello: only now it starts the task. */
  | { readonly kind: 'go' }
  /** The task has ended: the member is to show that it takes another one. */
  | { readonly kind: 'prove' }
  /** Says whether its event loop turns. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'abort'; readonly reason: ErrorRecord }
  | { readonly kind: 'extended'; readonly id: number; readonly error?: ErrorRecord }
  /** Nothing more will come: end what was opened. */
  | { readonly kind: 'close' };

export type FromMember =
  | { readonly kind: 'hello'; readonly member: number }
  | { readonly kind: 'pong'; readonly member: number }
  /** Said before the task starts, so that a task of which it was not said was surely not begun. */
  | { readonly kind: 'started' }
  /** Its code is loaded and its module started, for the first time: only now the task begins. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'progress'; readonly value: Uint8Array }
  | { readonly kind: 'extend'; readonly id: number; readonly seconds: number }
  | Ended
  | { readonly kind: 'closed' };

export interface Ended {
  readonly kind: 'ended';
  readonly result: { readonly value: Uint8Array } | { readonly error: ErrorRecord };
  /** `ctx.ack()` was called. */
  readonly isAcked: boolean;
  /** The member takes no more: it closes what it opened and is to be replaced. */
  readonly isLast: boolean;
}

/** Marks our messages among those of a process, where user code may send its own. */
export const OURS = 'nestjs-sqs-tasks';

export interface Envelope<M> {
  readonly [OURS]: M;
  readonly run: number;
}

export function sealed<M>(message: M, run: number): Envelope<M> {
  return { [OURS]: message, run };
}

/** Undefined for what is not ours, or of another run: what a task left behind must not act on the task after it. */
export function opened<M>(message: unknown, run: number): M | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const envelope = message as Partial<Envelope<M>>;
  return envelope.run === run ? envelope[OURS] : undefined;
}
