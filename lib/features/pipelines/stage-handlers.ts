import type {
  HandlerLookup,
  HandlerMatch,
  TaskDelivery,
  TaskHandler,
} from '../../contracts/index.js';
import type { Outputs } from './outputs.js';
import type { StageDefinition } from './pipeline-definition.js';
import { giveArguments } from './stage-arguments.js';

export interface StageHandlersParts {
  readonly handlers: HandlerLookup;
  /** The stage that takes its items from a queue. */
  stageAt(queue: string): StageDefinition | undefined;
  argumentsOf(stage: StageDefinition): readonly unknown[];
  readonly outputs: Outputs;
  /** Its output was accepted, or the item ended there. */
  onDone(stage: StageDefinition, delivery: TaskDelivery, output: unknown): void;
}

/** The app's handlers, with each stage before its queue: it takes every task of it, and sends on what it returned. */
export class StageHandlers implements HandlerLookup {
  private readonly matches = new Map<string, HandlerMatch | undefined>();

  constructor(private readonly parts: StageHandlersParts) {}

  find(queue: string, pattern: string): HandlerMatch | undefined {
    const stage = this.parts.stageAt(queue);
    if (stage === undefined) return this.parts.handlers.find(queue, pattern);
    if (!this.matches.has(queue)) this.matches.set(queue, this.matchOf(queue, stage));
    return this.matches.get(queue);
  }

  findRaw(queue: string): TaskHandler | undefined {
    return this.parts.handlers.findRaw(queue);
  }

  maxBatchSizeOf(queue: string): number {
    return this.parts.stageAt(queue) === undefined ? this.parts.handlers.maxBatchSizeOf(queue) : 0;
  }

  patternsOf(queue: string): readonly string[] {
    return this.parts.handlers.patternsOf(queue);
  }

  private matchOf(queue: string, stage: StageDefinition): HandlerMatch | undefined {
    const match = this.parts.handlers.find(queue, stage.path);
    if (match?.kind !== 'task') return match;
    return { kind: 'task', handler: this.stageHandler(stage, match.handler) };
  }

  private stageHandler(stage: StageDefinition, handler: TaskHandler): TaskHandler {
    const { outputs, argumentsOf, onDone } = this.parts;
    const args = argumentsOf(stage);
    return {
      ...handler,
      async run(delivery, data) {
        giveArguments(delivery, args);
        const output = await handler.run(delivery, data);
        // The item is settled only after this: until then it comes back, so nothing is lost between two queues.
        await outputs.send(stage, output, delivery);
        onDone(stage, delivery, output);
        return output;
      },
    };
  }
}
