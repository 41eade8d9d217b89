import type { Outcome, TaskDelivery } from './task.js';

/**
 * What a worker tells, `noun:verb`. `priority` is there where the queue has several levels. A listener that throws is
 * reported and changes nothing.
 */
export interface WorkerEvents {
  'worker:started': { queues: readonly string[] };
  'worker:draining': { queues: readonly string[] };
  'worker:stopped': { queues: readonly string[] };
  /** `onError: crash()` was chosen, or a loop found what it cannot go on with. */
  'worker:fatal': { queue: string; error: unknown };
  'queue:paused': { queue: string };
  'queue:resumed': { queue: string };
  /** A receive answered; `count` may be 0. */
  'poll:answered': { queue: string; count: number; priority?: number };
  'poll:failed': { queue: string; error: unknown; retryInMs: number; priority?: number };
  /** Polls work again after failures. */
  'poll:recovered': { queue: string; priority?: number };
  'message:received': { queue: string; messageId: string; receiveCount: number };
  'task:started': { delivery: TaskDelivery };
  'task:settled': { delivery: TaskDelivery; outcome: Outcome; durationMs: number };
  'task:stuck': { delivery: TaskDelivery; runningMs: number };
  'lease:extended': { queue: string; count: number };
  'lease:lost': { queue: string; messageId: string; error: unknown };
  /** A delete or visibility change was given up: SQS will deliver the message again. */
  'settlement:failed': { queue: string; messageId: string; action: string; code: string };
}

export type WorkerEventName = keyof WorkerEvents;
