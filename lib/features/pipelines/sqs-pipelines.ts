import { Injectable } from '@nestjs/common';
import { InvalidOptionsError, levelName, QueueNotFoundError } from '../../contracts/index.js';
import type { QueueHandle, QueueOptions } from '../../contracts/index.js';
import { PipelineRegistry } from './pipeline-registry.js';
import type { PipelineDefinition } from './pipeline-definition.js';
import { StageResults } from './results.js';

export interface ResultOptions {
  /** Results that wait for a slow loop; older ones are dropped and counted. Range 1…1,000,000. @default 1,000 */
  window?: number;
}

/** A queue of a pipeline that exists. */
export interface PipelineQueue {
  readonly pipeline: string;
  /** The stage whose outputs it holds. */
  readonly stage: string;
  /** Its level. */
  readonly priority: number;
  /** Logical name, without prefix. */
  readonly name: string;
  readonly url: string;
}

const DEFAULT_WINDOW = 1_000;
const MAX_WINDOW = 1_000_000;

/** The pipelines that this app has registered: what their stages return here, and their queues. */
@Injectable()
export class SqsPipelines {
  constructor(private readonly registry: PipelineRegistry) {}

  /**
   * What a stage returns in this process, as it comes: outputs that end their item (`null`, `undefined`, `SKIP`) too,
   * those of failed items not. A loop over it ends with the app; one that is slow misses the oldest.
   *
   * @param stage `words.count` or `words.2`
   * @example
   * ```ts
   * for await (const [word, vowels] of pipelines.results<[string, number]>('words.count')) …
   * ```
   * @throws UnknownNameError, InvalidOptionsError
   */
  results<Output = unknown>(stage: string, options: ResultOptions = {}): StageResults<Output> {
    const { window = DEFAULT_WINDOW } = options;
    if (!Number.isInteger(window) || window < 1 || window > MAX_WINDOW) throw badWindow(window);
    const { path } = this.registry.stage(stage);
    return new StageResults<Output>(this.registry.results, path, window);
  }

  /**
   * The queues of one pipeline, or of all, that exist now. Dead-letter queues are not among them.
   * @throws UnknownNameError
   */
  async list(pipeline?: string): Promise<PipelineQueue[]> {
    const found = await this.find(pipeline);
    return found.map(({ queue }) => queue);
  }

  /**
   * Deletes every item that waits between the stages of a pipeline; answers the queues it emptied. SQS allows it once in
   * 60 seconds for each queue.
   * @throws UnknownNameError; GatewayError of kind `conflict` within the 60 seconds
   */
  async purge(pipeline: string): Promise<PipelineQueue[]> {
    return this.each(pipeline, ({ gateway, url }) => gateway.purgeQueue(url));
  }

  /**
   * Deletes the queues between the stages of a pipeline, with what is in them; answers those it deleted. Stop its workers
   * first: they fail without their queues.
   * @throws UnknownNameError, GatewayError
   */
  async delete(pipeline: string): Promise<PipelineQueue[]> {
    return this.each(pipeline, ({ gateway, url }) => gateway.deleteQueue(url));
  }

  private async each(
    pipeline: string,
    act: (handle: QueueHandle) => Promise<void>,
  ): Promise<PipelineQueue[]> {
    const found = await this.find(pipeline);
    await Promise.all(found.map(({ handle }) => act(handle)));
    return found.map(({ queue }) => queue);
  }

  /** Asks for each queue by its exact name, so that no other queue with a like name is met. */
  private async find(pipeline: string | undefined): Promise<FoundQueue[]> {
    const { registry } = this;
    await registry.runtime.ready();
    const pipelines = pipeline === undefined ? [...registry.all()] : [registry.pipeline(pipeline)];
    const named = pipelines.flatMap(queuesOf);
    const found = await Promise.all(named.map((one) => this.findOne(one)));
    return found.flatMap((one) => one ?? []);
  }

  private async findOne({ options, ...facts }: NamedQueue): Promise<FoundQueue | undefined> {
    const { runtime, queues } = this.registry;
    queues.register(options);
    try {
      const handle = await runtime.find(facts.name);
      // What was found once is remembered: ask whether it is still there.
      const url = await handle.gateway.getQueueUrl(realNameOf(handle));
      return { handle, queue: { ...facts, url } };
    } catch (error) {
      if (error instanceof QueueNotFoundError || isGone(error)) return undefined;
      throw error;
    }
  }
}

interface NamedQueue extends Omit<PipelineQueue, 'url'> {
  readonly options: QueueOptions;
}

interface FoundQueue {
  readonly handle: QueueHandle;
  readonly queue: PipelineQueue;
}

function queuesOf({ name: pipeline, stages }: PipelineDefinition): NamedQueue[] {
  return stages.flatMap(({ name: stage, output: options, outputLevels }) => {
    if (options === undefined) return [];
    return [...Array(outputLevels).keys()].map((priority) => {
      return { pipeline, stage, priority, name: levelName(options.name, priority), options };
    });
  });
}

function realNameOf({ url }: QueueHandle): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'kind') === 'queue-not-found';
}

function badWindow(window: unknown): InvalidOptionsError {
  const problem = `Expected window to be an integer from 1 to ${MAX_WINDOW}, got ${String(window)}`;
  return new InvalidOptionsError({ where: 'results()', problems: [problem] });
}
