import type { MessageAttributes } from '../gateway.js';
import type { MessageFilter, PeekedMessage } from './peeking.js';

/**
 * - `move-task`: SQS moves the messages itself, with `StartMessageMoveTask`; it goes on if this process ends.
 * - `receive-and-send`: this process receives each message, sends it, and deletes it once the send is confirmed.
 */
export type RedriveWay = 'move-task' | 'receive-and-send';

export interface RedriveOptions {
  /** Name, URL or ARN of the queue to move to. @default the queue that each message came from */
  to?: string;
  /** Moves only these; the others stay. */
  filter?: MessageFilter;
  /** Changes a message on its way; undefined leaves it as it is. Throwing ends the redrive. */
  edit?: (message: PeekedMessage) => MessageEdit | undefined | Promise<MessageEdit | undefined>;
  /** Ends after so many. @default all there are */
  maxMessages?: number;
  /** Messages a second. Range 1…500. @default as fast as it goes */
  maxMessagesPerSecond?: number;
  /** Seconds before a moved message can be received. Range 0…900; not on FIFO. @default none */
  delaySeconds?: number;
  /**
   * How. What a move task cannot do (`filter`, `edit`, `maxMessages`, `delaySeconds`, `idleSeconds`) needs
   * `receive-and-send`.
   * @default 'move-task' where it can do what is asked and the service has it, else 'receive-and-send'
   */
  way?: RedriveWay;
  /** `receive-and-send`: seconds that held messages stay hidden if the process dies. Range 10…43,200. @default 60 */
  visibilityTimeoutSeconds?: number;
  /** `receive-and-send`: seconds that an empty receive waits for dead letters. Range 0…20. @default 1 */
  waitTimeSeconds?: number;
  /**
   * `receive-and-send`: goes on while dead letters still come, and ends once none has come for so many seconds; what a
   * filter leaves out counts once. Range 1…86,400.
   * @default ends at the first empty receive
   */
  idleSeconds?: number;
  /** `move-task`: milliseconds between two looks at the task. Range 100…60,000. @default 1,000 */
  pollEveryMs?: number;
  /** Told at the start and after every step. What it throws ends the redrive. */
  onProgress?: (progress: RedriveProgress) => void;
  /** Aborting cancels the redrive: what is moved stays moved, what is not stays in the dead-letter queue. */
  signal?: AbortSignal;
}

/** What an edit changes; what it leaves out stays. */
export interface MessageEdit {
  body?: string;
  /** In place of all attributes. */
  attributes?: MessageAttributes;
  /** FIFO: another group. */
  groupId?: string;
}

export interface RedriveProgress {
  readonly way: RedriveWay;
  /** Confirmed in the other queue; approximate with a move task. */
  readonly movedCount: number;
  /** How many there were to move, as far as SQS says; approximate. */
  readonly toMoveCount: number | undefined;
  /** Left in the dead-letter queue because the filter did not want them. */
  readonly skippedCount: number;
  /** Left in the dead-letter queue because they could not be sent. */
  readonly failedCount: number;
}

export interface RedriveReport extends RedriveProgress {
  /** True where a move task that ran already was followed to its end. */
  readonly wasResumed: boolean;
  /** Ended by `signal`, or cancelled by somebody else. */
  readonly wasCancelled: boolean;
  /** The first hundred of those that could not be sent. */
  readonly failures: readonly RedriveFailure[];
  /**
   * Sent, but their deletes failed: they may be moved a second time. In a FIFO queue the second one is recognised for
   * five minutes.
   */
  readonly undeletedCount: number;
  /** Skipped messages that are hidden for the rest of their visibility timeout. */
  readonly hiddenCount: number;
}

export interface RedriveFailure {
  readonly messageId: string;
  readonly code: string;
  readonly message: string;
}

/** A queue whose dead letters come to a dead-letter queue. */
export interface DeadLetterSource {
  /** Logical name, without `queuePrefix`. */
  readonly name: string;
  readonly url: string;
}
