import { InvalidOptionsError, UnknownNameError } from '../../contracts/index.js';
import type { WorkerStageOptions } from '../../contracts/index.js';
import { suggestion } from '../../contracts/options/schema/suggestion.js';
import type { PipelineDefinition, StageDefinition } from './pipeline-definition.js';

type Pipelines = ReadonlyMap<string, PipelineDefinition>;

/** A stage that a worker runs, and what it says of it. */
export interface SelectedStage {
  readonly stage: StageDefinition;
  readonly options: WorkerStageOptions;
}

/**
 * The stages that a worker names. A stage that is named beside its whole pipeline runs as its own entry says.
 * @throws UnknownNameError; InvalidOptionsError for a stage that is named twice
 */
export function selectStages(
  pipelines: Pipelines,
  named: readonly (string | WorkerStageOptions)[],
): SelectedStage[] {
  const selected = new Map<string, SelectedStage>();
  const entries = named.map((one) => (typeof one === 'string' ? { stage: one } : one));
  for (const options of entries.filter(isWhole)) {
    for (const stage of pipelineNamed(pipelines, options.stage).stages) {
      add(selected, { stage, options });
    }
  }
  const single = new Map<string, SelectedStage>();
  for (const options of entries.filter((entry) => !isWhole(entry))) {
    add(single, { stage: stageNamed(pipelines, options.stage), options });
  }
  return [...new Map([...selected, ...single]).values()];
}

/** By `words.reduce` or `words.1`. @throws UnknownNameError */
export function stageNamed(pipelines: Pipelines, path: string): StageDefinition {
  const [name = '', stage = ''] = path.split('.');
  const { stages } = pipelineNamed(pipelines, name);
  const found = stages.find((one) => one.name === stage) ?? stages[indexIn(stage)];
  if (found === undefined) throw unknown('stage', path, stages.map(pathOf));
  return found;
}

/** @throws UnknownNameError */
export function pipelineNamed(pipelines: Pipelines, name: string): PipelineDefinition {
  const found = pipelines.get(name);
  if (found === undefined) throw unknown('pipeline', name, [...pipelines.keys()]);
  return found;
}

const pathOf = ({ path }: StageDefinition): string => path;

function isWhole({ stage }: WorkerStageOptions): boolean {
  return !stage.includes('.');
}

function indexIn(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : -1;
}

function add(selected: Map<string, SelectedStage>, one: SelectedStage): void {
  const { path } = one.stage;
  if (selected.has(path)) {
    const problem = `expected each stage once in stages, got "${path}" twice`;
    throw new InvalidOptionsError({ where: 'sqsWorker()', problems: [problem] });
  }
  selected.set(path, one);
}

function unknown(kind: string, name: string, known: readonly string[]): UnknownNameError {
  const hint = suggestion(name, known).replace(/^; did/, 'Did');
  const registered =
    kind === 'pipeline'
      ? 'Register it with SqsModule.registerPipeline().'
      : `Name one of these, or its index from 0 to ${known.length - 1}.`;
  return new UnknownNameError({ kind, name, known, advice: hint === '' ? registered : hint });
}
