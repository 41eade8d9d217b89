import { randomUUID } from 'node:crypto';
import { CONTROL_ERROR, RefusedSendError, SqsError } from '../../contracts/index.js';
import type {
  Clock,
  ControlError,
  SendOptions,
  SqsLogger,
  TaskDelivery,
} from '../../contracts/index.js';
import type { TaskProducer } from '../../nest/runtime-parts.js';
import type { PipelineQueues } from './pipeline-queues.js';
import type { StageDefinition } from './pipeline-definition.js';
import { SKIP } from './skip.js';
import { sourceBackoffSeconds } from './source-backoff.js';
import { waitUntil } from './wait-until.js';
import { errorText } from '../../primitives/error-text.js';

/** The next queue did not accept an output: it is tried again, whatever `onError` says. */
export class OutputNotSentError extends SqsError implements ControlError {
  readonly [CONTROL_ERROR] = { kind: 'retry' } as const;

  constructor(facts: { stage: string; queue: string; cause: unknown }) {
    super(
      `The output of stage "${facts.stage}" was not accepted by queue "${facts.queue}": ${errorText(facts.cause)}. ` +
        `It is tried again.`,
      { cause: facts.cause },
    );
  }
}

export interface OutputsParts {
  readonly producer: TaskProducer;
  readonly queues: PipelineQueues;
  readonly clock: Clock;
  readonly logger: SqsLogger;
}

/** Sends what stages return to the queue of the next one. */
export class Outputs {
  constructor(private readonly parts: OutputsParts) {}

  /**
   * Resolves once the next queue has accepted the output, or at once where the item ends here. A stage's output can be
   * made again from its item; a source's cannot, so it is sent until it is accepted or its worker has no more time.
   * @throws OutputNotSentError; RefusedSendError for an output that cannot be sent at all
   */
  async send(stage: StageDefinition, output: unknown, delivery: TaskDelivery): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.sendOnce(stage, output, delivery);
      } catch (error) {
        const isLast = !stage.isSource || delivery.signal.aborted;
        if (isLast || !(error instanceof OutputNotSentError)) throw error;
        await this.rest(attempt, delivery.signal);
      }
    }
  }

  private rest(attempt: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    const restMs = sourceBackoffSeconds(attempt) * 1000;
    return waitUntil(clock, clock.now() + restMs, signal);
  }

  private async sendOnce(
    stage: StageDefinition,
    output: unknown,
    delivery: TaskDelivery,
  ): Promise<void> {
    const { output: queue, outputPattern: pattern } = stage;
    if (queue === undefined || pattern === undefined || endsItem(stage, output)) return;
    this.parts.queues.register(queue);
    const data = output ?? null;
    // Levels and groups are computed by functions of the stage: what they throw is its failure, not the queue's.
    const options = optionsOf(stage, output, delivery);
    try {
      await this.parts.producer.send({ queue: queue.name, pattern }, data, options);
    } catch (error) {
      // The output is at fault, not the queue: the stage's own policy decides.
      if (error instanceof RefusedSendError) throw error;
      throw this.notSent(stage, queue.name, error);
    }
  }

  private notSent(stage: StageDefinition, queue: string, cause: unknown): OutputNotSentError {
    const error = new OutputNotSentError({ stage: stage.path, queue, cause });
    this.parts.logger.warn(error.message, { stage: stage.path, queue });
    return error;
  }
}

function endsItem({ forwardNull }: StageDefinition, output: unknown): boolean {
  if (output === SKIP) return true;
  return (output === null || output === undefined) && !forwardNull;
}

function optionsOf(stage: StageDefinition, output: unknown, delivery: TaskDelivery): SendOptions {
  const options: SendOptions = {};
  // What others have put into the item's message goes with what becomes of it.
  if (Object.keys(delivery.meta).length > 0) options.meta = delivery.meta;
  const highest = stage.outputLevels - 1;
  if (highest > 0) options.priority = Math.min(priorityOf(stage, output, delivery), highest);
  const isFifo = stage.output?.name.endsWith('.fifo') === true;
  const { outputGroup: group } = stage;
  if (group !== undefined) {
    options.groupId = typeof group === 'string' ? group : group(output, delivery);
  } else if (isFifo) options.groupId = randomUUID();
  // An item that is worked again, because its delete was lost, is sent on once within five minutes.
  if (isFifo && !stage.isSource) options.deduplicationId = delivery.message.id;
  return options;
}

/** An item keeps the level of the one before, unless its stage says otherwise; a source's begin at the lowest. */
function priorityOf(
  { outputPriority: priority }: StageDefinition,
  output: unknown,
  delivery: TaskDelivery,
): number {
  if (priority === 'inherit') return delivery.priority;
  return typeof priority === 'function' ? priority(output as never) : priority;
}
