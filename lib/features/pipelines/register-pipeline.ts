import type { DynamicModule, ModuleMetadata, Type } from '@nestjs/common';
import { InvalidOptionsError } from '../../contracts/index.js';
import { pipelineOf } from './pipeline.decorator.js';

/** A pipeline's class, and the modules that its dependencies come from. */
export interface PipelineModule {
  pipeline: Type;
  /** Modules whose exports it injects. */
  imports?: ModuleMetadata['imports'];
  /** Providers of its own. */
  providers?: ModuleMetadata['providers'];
}

/** What of a module registers pipelines. @throws InvalidOptionsError for a class without `@SqsPipeline()` */
export function pipelineModule(
  module: Type,
  pipelines: readonly (Type | PipelineModule)[],
): DynamicModule {
  const given = pipelines.map((one) => (typeof one === 'function' ? { pipeline: one } : one));
  for (const { pipeline } of given) checkClass(pipeline);
  return {
    module,
    imports: given.flatMap(({ imports = [] }) => imports),
    controllers: given.map(({ pipeline }) => pipeline),
    providers: given.flatMap(({ providers = [] }) => providers),
  };
}

function checkClass(pipeline: Type): void {
  if (typeof pipeline === 'function' && pipelineOf(pipeline) !== undefined) return;
  const name = typeof pipeline === 'function' ? pipeline.name : String(pipeline);
  const problem = `expected a class with @SqsPipeline({ name }), got ${name}`;
  throw new InvalidOptionsError({ where: 'registerPipeline()', problems: [problem] });
}
