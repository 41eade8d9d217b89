import { InvalidOptionsError } from '../../contracts/index.js';
import type { QueueOptions, TaskHandlerOptions } from '../../contracts/index.js';
import { given } from '../../contracts/options/given.js';
import type { DeclaredStage } from './stage.decorators.js';
import type { ItemGroup, ItemPriority, PipelineOptions } from './pipeline-options.js';

/** A pipeline as its decorators declare it: the stages in their order, the source first. */
export interface PipelineDefinition {
  readonly name: string;
  readonly stages: readonly StageDefinition[];
}

export interface StageDefinition {
  /** `words.reduce`: in options and logs, and the pattern of its items. */
  readonly path: string;
  readonly pipeline: string;
  readonly name: string;
  readonly index: number;
  readonly method: string;
  readonly isSource: boolean;
  /** Where its items come from: the queue that the stage before fills, or the source's own name for its runs. */
  readonly input: QueueOptions;
  /** The queue that holds what it returns; undefined for the last stage. */
  readonly output: QueueOptions | undefined;
  /** Levels of `output`. */
  readonly outputLevels: number;
  readonly outputPriority: ItemPriority;
  readonly outputGroup: ItemGroup | undefined;
  /** Pattern of the items in `output`: the path of the next stage. */
  readonly outputPattern: string | undefined;
  readonly forwardNull: boolean;
  readonly concurrency: number | undefined;
  /** Of the source. */
  readonly intervalMs: number | (() => number);
  readonly handlerOptions: TaskHandlerOptions;
}

/** @throws InvalidOptionsError where the stages make no line */
export function definePipeline(
  className: string,
  options: PipelineOptions,
  declared: readonly DeclaredStage[],
): PipelineDefinition {
  const problems = problemsOf(declared);
  if (problems.length > 0) {
    throw new InvalidOptionsError({ where: `@SqsPipeline() ${className}`, problems });
  }
  const outputs = declared.map((stage, index) =>
    index === declared.length - 1 ? undefined : outputQueue(options, stage),
  );
  const stages = declared.map((stage, index) =>
    defineStage({ options, declared, outputs, stage, index }),
  );
  return { name: options.name, stages };
}

interface StageFacts {
  readonly options: PipelineOptions;
  readonly declared: readonly DeclaredStage[];
  readonly outputs: readonly (QueueOptions | undefined)[];
  readonly stage: DeclaredStage;
  readonly index: number;
}

function defineStage({ options, declared, outputs, stage, index }: StageFacts): StageDefinition {
  const pathOf = (name: string): string => `${options.name}.${name}`;
  const { priority = 'inherit', concurrency, groupId = options.groupId } = stage.options;
  const next = declared[index + 1];
  return {
    path: pathOf(stage.name),
    pipeline: options.name,
    name: stage.name,
    index,
    method: stage.method,
    isSource: stage.kind === 'source',
    // A source takes nothing from SQS: its runs come from here, and the name is for logs and status only.
    input: outputs[index - 1] ?? { name: `${options.name}--source` },
    output: outputs[index],
    outputLevels: levelsOf(options, stage),
    outputPriority: priority,
    outputGroup: groupId,
    outputPattern: next === undefined ? undefined : pathOf(next.name),
    forwardNull: options.forwardNull ?? false,
    concurrency,
    intervalMs: stage.intervalMs,
    handlerOptions: stage.handlerOptions,
  };
}

function levelsOf(options: PipelineOptions, stage: DeclaredStage): number {
  return stage.options.priorities ?? options.priorities ?? 1;
}

/** The queue that a stage fills, named as sqspipes names it. */
function outputQueue(options: PipelineOptions, stage: DeclaredStage): QueueOptions {
  const ending = options.fifo === true ? '.fifo' : '';
  const base = `${options.name}-${stage.name}`;
  const { maxReceiveCount } = options;
  const levels = levelsOf(options, stage);
  return given({
    name: `${base}${ending}`,
    priorities: levels === 1 ? undefined : levels,
    connection: options.connection,
    onMissingQueue: options.onMissingQueue,
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds,
    retentionSeconds: options.retentionSeconds,
    deadLetter:
      maxReceiveCount === undefined
        ? undefined
        : { queue: `${base}-dead${ending}`, maxReceiveCount },
    format: options.format,
    tags: options.tags,
    attributes: options.attributes,
  });
}

function problemsOf(declared: readonly DeclaredStage[]): string[] {
  const sources = declared.filter(({ kind }) => kind === 'source');
  const stages = declared.filter(({ kind }) => kind === 'stage');
  const problems: string[] = [];
  if (sources.length === 0) problems.push('expected one method with @Source(), got none');
  if (sources.length > 1) {
    problems.push(`expected one method with @Source(), got ${methodsOf(sources)}`);
  }
  if (stages.length === 0) problems.push('expected at least one method with @Stage(), got none');
  if (sources.length === 1 && declared[0]?.kind === 'stage') {
    problems.push(
      `stages run in the order of their methods: move @Source() ${methodsOf(sources)} to the top`,
    );
  }
  return [...problems, ...sharedNames(declared)];
}

function sharedNames(declared: readonly DeclaredStage[]): string[] {
  const names = new Set(declared.map(({ name }) => name));
  return [...names].flatMap((name) => {
    const sharing = declared.filter((one) => one.name === name);
    return sharing.length > 1 ? [`the name "${name}" is shared by ${methodsOf(sharing)}`] : [];
  });
}

function methodsOf(stages: readonly DeclaredStage[]): string {
  return stages.map(({ method }) => `${method}()`).join(' and ');
}
