import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { InstanceOrClass } from './sqs-module.options.js';

/** Instances as they are; classes made by Nest, with what they inject. */
export function instancesOf<T extends object>(
  given: readonly InstanceOrClass<T>[] | undefined,
  moduleRef: ModuleRef,
): Promise<T[]> {
  const made = (given ?? []).map(async (one) =>
    typeof one === 'function' ? moduleRef.create(one as Type<T>) : one,
  );
  return Promise.all(made);
}
