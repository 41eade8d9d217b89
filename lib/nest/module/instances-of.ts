import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Given } from '../../contracts/index.js';

/** Instances as they are; classes made by Nest, with what they inject. */
export function instancesOf<T extends object>(
  given: readonly Given<T>[] | undefined,
  moduleRef: ModuleRef,
): Promise<T[]> {
  const made = (given ?? []).map(async (one) =>
    typeof one === 'function' ? moduleRef.create(one as Type<T>) : one,
  );
  return Promise.all(made);
}
