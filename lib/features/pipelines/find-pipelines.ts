import type { ModulesContainer } from '@nestjs/core';
import { InvalidOptionsError } from '../../contracts/index.js';
import type { PipelineDefinition } from './pipeline-definition.js';
import { pipelineOf } from './pipeline.decorator.js';
import { declaredStages } from './stage.decorators.js';

/** The pipelines of an app by name. @throws InvalidOptionsError */
export function findPipelines(modules: ModulesContainer): ReadonlyMap<string, PipelineDefinition> {
  const found = new Map<string, PipelineDefinition>();
  const classes = new Map<string, string>();
  for (const type of controllersOf(modules)) {
    const pipeline = pipelineOf(type);
    if (pipeline === undefined) refuseLooseStages(type);
    else if (found.has(pipeline.name)) throw registeredTwice(pipeline, type, classes);
    else {
      found.set(pipeline.name, pipeline);
      classes.set(pipeline.name, type.name);
    }
  }
  return found;
}

type AnyClass = abstract new (...args: never[]) => object;

function* controllersOf(modules: ModulesContainer): Iterable<AnyClass> {
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype === 'function') yield metatype as AnyClass;
    }
  }
}

function refuseLooseStages(type: AnyClass): void {
  if (declaredStages(type).length === 0) return;
  const problem = `${type.name} has methods with @Source() or @Stage(), and no @SqsPipeline({ name }) itself`;
  throw new InvalidOptionsError({ where: 'pipelines', problems: [problem] });
}

function registeredTwice(
  { name }: PipelineDefinition,
  type: AnyClass,
  classes: ReadonlyMap<string, string>,
): InvalidOptionsError {
  const first = classes.get(name);
  const problem =
    first === type.name
      ? `pipeline "${name}" (${type.name}) is registered twice: call registerPipeline(), or list it under controllers, once`
      : `pipeline "${name}" is the name of both ${first} and ${type.name}: give one another name`;
  return new InvalidOptionsError({ where: 'pipelines', problems: [problem] });
}
