import type { ModulesContainer } from '@nestjs/core';
import { SqsRuntime } from '../sqs.runtime.js';

/** The runtime of an app's `SqsModule`; undefined where it has none. */
export function findRuntime(modules: ModulesContainer): SqsRuntime | undefined {
  for (const module of modules.values()) {
    const instance: unknown = module.providers.get(SqsRuntime)?.instance;
    if (instance instanceof SqsRuntime) return instance;
  }
  return undefined;
}
