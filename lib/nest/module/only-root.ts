import type { FactoryProvider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { InvalidOptionsError } from '../../contracts/index.js';

/**
 * Refuses a second module that provides `token`, whose options Nest would silently ignore. A provider of each such module,
 * so that a module that is loaded lazily is refused too.
 */
export function onlyRoot(token: string, where: string): FactoryProvider {
  return {
    provide: `${token}_ONLY_ROOT`,
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) => refuseSecond(modules, token, where),
  };
}

/** @throws InvalidOptionsError */
function refuseSecond(modules: ModulesContainer, token: string, where: string): void {
  const roots = [...modules.values()].filter((module) => module.providers.has(token));
  if (roots.length < 2) return;
  const problem =
    `expected forRoot() or forRootAsync() once in an app, got it ${roots.length} times${importersOf(modules, token)}, ` +
    'and only one set of options can hold. Keep the one in the root module: connections, prefix and policies belong there. ' +
    'A feature module names its queues, with their options, by SqsModule.registerQueue({ name, … })';
  throw new InvalidOptionsError({ where, problems: [problem] });
}

/** Read from decorators: in the container every module imports all global modules. */
function importersOf(modules: ModulesContainer, token: string): string {
  const importers = [...modules.values()].filter(({ metatype }) => {
    const imports = Reflect.getMetadata('imports', metatype) as unknown[] | undefined;
    return imports?.some((one) => provides(one, token)) === true;
  });
  const names = [...new Set(importers.map(({ name }) => name))];
  return names.length === 0 ? '' : ` (imported by ${names.join(' and ')})`;
}

function provides(imported: unknown, token: string): boolean {
  const { providers } = (imported ?? {}) as { providers?: unknown };
  if (!Array.isArray(providers)) return false;
  return providers.some((one: unknown) => (one as { provide?: unknown } | null)?.provide === token);
}
