import type { ModulesContainer } from '@nestjs/core';
import { handlersOf } from '../pipeline/install-recorder.js';

/** Handlers of classes that are providers and nowhere a controller, as `Class.method`. */
export function unboundHandlers(modules: ModulesContainer): string[] {
  const all = [...modules.values()];
  const controllers = new Set(all.flatMap((module) => classesOf(module.controllers)));
  const providers = new Set(all.flatMap((module) => classesOf(module.providers)));
  return [...providers]
    .filter((provider) => !controllers.has(provider))
    .flatMap((provider) =>
      [...handlersOf(provider.prototype as object)].map(([method]) => `${provider.name}.${method}`),
    );
}

type AnyClass = abstract new (...args: never[]) => object;

function classesOf(
  wrappers: ReadonlyMap<unknown, { metatype: unknown; inject?: unknown }>,
): AnyClass[] {
  return [...wrappers.values()].flatMap(({ metatype, inject }) =>
    // A provider with `inject` has a factory here, not a class.
    typeof metatype === 'function' && inject === undefined && hasPrototype(metatype)
      ? [metatype as unknown as AnyClass]
      : [],
  );
}

function hasPrototype(value: object): boolean {
  return typeof Reflect.get(value, 'prototype') === 'object';
}
