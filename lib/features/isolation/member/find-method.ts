import type { INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { HandlerExtras } from '../../../nest/handler-definition.js';
import { handlersOf } from '../../../nest/pipeline/install-recorder.js';
import { PATTERN_EXTRAS } from '../../../nest/pipeline/nest-metadata.js';
import { HANDLER_NAME } from '../../../nest/sqs.constants.js';

export interface HostedMethod {
  readonly type: Type<object>;
  readonly name: string;
  /** False where each run needs an instance of its own. */
  readonly isStatic: boolean;
}

/** The method that the decorator named `Class.method`, in whichever module it is. */
export function findMethod(
  app: INestApplicationContext,
  handler: string,
): HostedMethod | undefined {
  for (const module of app.get(ModulesContainer).values()) {
    for (const wrapper of [...module.controllers.values(), ...module.providers.values()]) {
      const type: unknown = wrapper.metatype;
      const name = typeof type === 'function' ? methodIn(type as Type<object>, handler) : undefined;
      if (name === undefined) continue;
      return { type: type as Type<object>, name, isStatic: wrapper.isDependencyTreeStatic() };
    }
  }
  return undefined;
}

function methodIn({ prototype }: Type<object>, handler: string): string | undefined {
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  return handlersOf(prototype as object).find(([, method]) => nameOf(method) === handler)?.[0];
}

function nameOf(method: object): string | undefined {
  const extras = Reflect.getMetadata(PATTERN_EXTRAS, method) as HandlerExtras | undefined;
  return extras?.[HANDLER_NAME];
}
