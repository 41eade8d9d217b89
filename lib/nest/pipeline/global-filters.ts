import type { ModulesContainer } from '@nestjs/core';
import type { FilterLike } from './error-filters.js';

/** What is read of Nest's `ApplicationConfig`, which no token gives. */
interface ConfigLike {
  getGlobalFilters(): readonly FilterLike[];
  getGlobalRequestFilters(): readonly { readonly metatype: unknown }[];
}

/**
 * The app's global filters, request-scoped ones by their class. A hybrid app's worker that does not inherit the app's
 * configuration has none of them; there, what such a filter would claim is left to Nest's default layer.
 */
export function globalFiltersOf(modules: ModulesContainer): readonly FilterLike[] {
  const config = configOf(modules);
  if (config === undefined) return [];
  const scoped = config.getGlobalRequestFilters().map(({ metatype }) => metatype);
  return [...config.getGlobalFilters(), ...scoped.filter((type) => typeof type === 'function')];
}

function configOf(modules: ModulesContainer): ConfigLike | undefined {
  const [module] = modules.values();
  const container: unknown = module === undefined ? undefined : Reflect.get(module, 'container');
  if (typeof container !== 'object' || container === null) return undefined;
  return Reflect.get(container, 'applicationConfig') as ConfigLike | undefined;
}
