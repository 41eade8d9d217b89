import type { ModulesContainer } from '@nestjs/core';

type NestModule = ModulesContainer extends Map<string, infer Module> ? Module : never;
type Wrapper = NestModule['providers'] extends Map<unknown, infer One> ? One : never;

/** True where anything in the app, except for the one given, injects this class. To be asked once injection is built. */
export function isInjected(modules: ModulesContainer, type: object, except: object): boolean {
  return [...modules.values()]
    .flatMap((module) => [
      ...module.providers.values(),
      ...module.controllers.values(),
      ...module.injectables.values(),
    ])
    .some((wrapper) => wrapper.token !== except && injects(wrapper, type));
}

function injects(wrapper: Wrapper, type: object): boolean {
  const parameters: (Wrapper | undefined)[] = wrapper.getCtorMetadata() ?? [];
  const properties = wrapper.getPropertiesMetadata() ?? [];
  const wrappers = [...parameters, ...properties.map((property) => property.wrapper)];
  return wrappers.some((injected) => injected?.token === type);
}
