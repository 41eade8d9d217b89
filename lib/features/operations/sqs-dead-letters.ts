import { Injectable } from '@nestjs/common';
import {
  InvalidOptionsError,
  QueueAccessDeniedError,
  type DeadLetterSource,
  type MoveTaskStatus,
  type PeekOptions,
  type PeekReport,
  type QueueHandle,
  type RedriveOptions,
  type RedriveReport,
} from '../../contracts/index.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { Destinations } from './destinations.js';
import { explained } from './explain.js';
import { MessageMover } from './message-mover.js';
import { canGoOnByHand, MoveTaskRedrive } from './move-task-redrive.js';
import { beyondMoveTasks, resolvePeek, resolveRedrive, type ResolvedRedrive } from './options.js';
import { peekQueue } from './peek-queue.js';
import type { MessageReader } from './peeked-message.js';
import { readerOf } from './reader-of.js';

/** Looks at dead letters and brings them back. Queues are given by logical name, URL or ARN. */
@Injectable()
export class SqsDeadLetters {
  constructor(private readonly runtime: SqsRuntime) {}

  /** Logical name of the dead-letter queue that belongs to a queue; undefined where it has none. */
  async queueOf(queue: string): Promise<string | undefined> {
    const { deadLetter } = await this.find(queue);
    return deadLetter?.name;
  }

  /** The queues whose dead letters come here. */
  async sources(deadLetterQueue: string): Promise<DeadLetterSource[]> {
    const resources = await this.runtime.resources();
    return explained(deadLetterQueue, () => resources.sources(deadLetterQueue));
  }

  /** As `SqsQueues.peek()`; tasks are read by the format of the queue they came from. */
  async peek(deadLetterQueue: string, options: PeekOptions = {}): Promise<PeekReport> {
    const resolved = resolvePeek(options);
    const queue = await this.find(deadLetterQueue);
    const reader = await this.reader(deadLetterQueue, queue, options.readAs);
    const { clock } = this.runtime.parts;
    return explained(queue.name, () => peekQueue({ queue, options: resolved, reader, clock }));
  }

  /**
   * Brings dead letters back to where they came from, or to another queue. Resolves when all are moved, or when
   * `signal` has cancelled it; calling it again goes on with what is left. A move task that runs already is followed.
   * @throws InvalidOptionsError before any request
   * @throws MoveTaskRunningError, MoveTaskRefusedError, RedriveInterruptedError; in none of them a message is lost
   */
  async redrive(deadLetterQueue: string, options: RedriveOptions = {}): Promise<RedriveReport> {
    const resolved = resolveRedrive(options);
    const queue = await this.find(deadLetterQueue);
    const to = options.to === undefined ? undefined : await this.find(options.to);
    if (to !== undefined) checkDestination(queue, to);
    checkDelay(to ?? queue, options);
    const job = { asked: deadLetterQueue, queue, to, options: resolved };
    return mayUseMoveTask(options) ? this.moveByTask(job) : this.moveByHand(job);
  }

  /** The newest move tasks of a dead-letter queue, newest first, at most ten. */
  async moveTasks(deadLetterQueue: string): Promise<MoveTaskStatus[]> {
    const queue = await this.find(deadLetterQueue);
    const arn = await this.arnOf(queue);
    return explained(queue.name, () => queue.gateway.listMoveTasks(arn));
  }

  /** Cancels the move task that runs, whoever started it. Answers how many it had moved; undefined where none runs. */
  async cancelMoveTask(deadLetterQueue: string): Promise<number | undefined> {
    const queue = await this.find(deadLetterQueue);
    const arn = await this.arnOf(queue);
    return explained(queue.name, async () => {
      const [newest] = await queue.gateway.listMoveTasks(arn);
      if (newest?.status !== 'RUNNING' || newest.taskHandle === undefined) return undefined;
      return queue.gateway.cancelMoveTask(newest.taskHandle);
    });
  }

  private async moveByTask(job: RedriveJob): Promise<RedriveReport> {
    const { queue, to, options } = job;
    const task = new MoveTaskRedrive({
      queue,
      sourceArn: await this.arnOf(queue),
      destinationArn: to === undefined ? undefined : await this.arnOf(to),
      options,
      clock: this.runtime.parts.clock,
      nameOf: (arn) => this.runtime.nameOf(arn),
    });
    try {
      return await task.run();
    } catch (error) {
      if (options.way === 'move-task' || !canGoOnByHand(error)) throw error;
      return this.moveByHand(job, error.movedCount);
    }
  }

  private async moveByHand(job: RedriveJob, movedBefore = 0): Promise<RedriveReport> {
    const { asked, queue, to, options } = job;
    const sources = to === undefined ? await this.sourceNames(asked) : [];
    const left = await this.messageCount(queue);
    const mover = new MessageMover({
      queue,
      destinations: new Destinations({ queues: this.runtime, to, sources }),
      options,
      reader: await this.reader(asked, queue),
      clock: this.runtime.parts.clock,
      toMoveCount: left === undefined ? undefined : left + movedBefore,
      movedBefore,
    });
    return mover.run();
  }

  /** What the service says; where it may not be asked, what the options say. */
  private async sourceNames(deadLetterQueue: string): Promise<string[]> {
    try {
      return (await this.sources(deadLetterQueue)).map(({ name }) => name);
    } catch (error) {
      if (!(error instanceof QueueAccessDeniedError)) throw error;
      return (await this.runtime.resources()).registeredSources(deadLetterQueue);
    }
  }

  private async messageCount({ name, gateway, url }: QueueHandle): Promise<number | undefined> {
    try {
      const attributes = await explained(name, () => gateway.getQueueAttributes(url));
      return Number(attributes['ApproximateNumberOfMessages']);
    } catch (error) {
      if (error instanceof QueueAccessDeniedError) return undefined;
      throw error;
    }
  }

  private async arnOf({ name, gateway, url }: QueueHandle): Promise<string> {
    const attributes = await explained(name, () => gateway.getQueueAttributes(url, ['QueueArn']));
    return attributes['QueueArn'] ?? '';
  }

  private async reader(asked: string, queue: QueueHandle, as?: string): Promise<MessageReader> {
    const resources = await this.runtime.resources();
    const isOwn = resources.formatOf(asked) !== undefined;
    const [source] = isOwn ? [] : resources.registeredSources(asked);
    return readerOf(this.runtime, resources, queue, as ?? source);
  }

  private find(queue: string): Promise<QueueHandle> {
    return explained(queue, () => this.runtime.find(queue));
  }
}

interface RedriveJob {
  /** The dead-letter queue as the caller names it. */
  readonly asked: string;
  readonly queue: QueueHandle;
  readonly to: QueueHandle | undefined;
  readonly options: ResolvedRedrive;
}

function mayUseMoveTask(options: RedriveOptions): boolean {
  return options.way !== 'receive-and-send' && beyondMoveTasks(options).length === 0;
}

/** @throws InvalidOptionsError */
function checkDestination(queue: QueueHandle, to: QueueHandle): void {
  if (to.url === queue.url) throw invalid(`expected to to be another queue, got "${to.name}"`);
  if (to.isFifo === queue.isFifo) return;
  const expected = queue.isFifo ? 'a FIFO queue (.fifo)' : 'a standard queue (no .fifo)';
  throw invalid(`expected to to be ${expected}, as "${queue.name}" is, got "${to.name}"`);
}

/** @throws InvalidOptionsError */
function checkDelay({ isFifo }: QueueHandle, { delaySeconds }: RedriveOptions): void {
  if (!isFifo || delaySeconds === undefined) return;
  throw invalid(
    "expected delaySeconds to be left out: a FIFO queue has no delay but the queue's own",
  );
}

function invalid(problem: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: 'redrive()', problems: [problem] });
}
