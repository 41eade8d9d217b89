import { Injectable } from '@nestjs/common';
import type {
  DeadLetterSource,
  MoveTaskStatus,
  PeekOptions,
  PeekReport,
  RedriveOptions,
  RedriveReport,
} from '../../contracts/index.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';

/** Looks at dead letters and brings them back. Queues are given by logical name, URL or ARN. */
@Injectable()
export class SqsDeadLetters {
  constructor(private readonly runtime: SqsRuntime) {}

  /** Logical name of the dead-letter queue that belongs to a queue; undefined where it has none. */
  queueOf(queue: string): Promise<string | undefined> {
    throw new Error('not built yet');
  }

  /** The queues whose dead letters come here. */
  sources(deadLetterQueue: string): Promise<DeadLetterSource[]> {
    throw new Error('not built yet');
  }

  /** As `SqsQueues.peek()`; tasks are read by the format of the queue they came from. */
  peek(deadLetterQueue: string, options?: PeekOptions): Promise<PeekReport> {
    throw new Error('not built yet');
  }

  /**
   * Brings dead letters back to where they came from, or to another queue. Resolves when all are moved, or when
   * `signal` has cancelled it; calling it again goes on with what is left. A move task that runs already is followed.
   * @throws InvalidOptionsError before any request
   * @throws MoveTaskRunningError, MoveTaskRefusedError, RedriveInterruptedError; in none of them a message is lost
   */
  redrive(deadLetterQueue: string, options?: RedriveOptions): Promise<RedriveReport> {
    throw new Error('not built yet');
  }

  /** The newest move tasks of a dead-letter queue, newest first, at most ten. */
  moveTasks(deadLetterQueue: string): Promise<MoveTaskStatus[]> {
    throw new Error('not built yet');
  }

  /** Cancels the move task that runs, whoever started it. Answers how many it had moved; undefined where none runs. */
  cancelMoveTask(deadLetterQueue: string): Promise<number | undefined> {
    throw new Error('not built yet');
  }
}
