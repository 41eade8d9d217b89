import { ModuleRef } from '@nestjs/core';
import type { ModulesContainer } from '@nestjs/core';
import type { Provider, Type } from '@nestjs/common';

type NestModule = ModulesContainer extends Map<string, infer Module> ? Module : never;
type Definition = Exclude<Provider<object>, Type<object>>;

/**
 * Nest keeps only the last of several providers of one token in a module. These are the others, made as Nest would
 * have made them, in the order of their declaration.
 */
export async function shadowedProviders(module: NestModule, token: string): Promise<object[]> {
  const moduleRef = moduleRefOf(module);
  const shadowed = definitionsOf(module, moduleRef, token).slice(0, -1);
  return Promise.all(shadowed.map((definition) => make(definition, moduleRef)));
}

export function moduleRefOf(module: NestModule): ModuleRef {
  return module.getProviderByKey(ModuleRef).instance;
}

function definitionsOf(module: NestModule, moduleRef: ModuleRef, token: string): Definition[] {
  const own = (Reflect.getMetadata('providers', module.metatype) ?? []) as Provider<object>[];
  return [...own, ...dynamicProviders(module, moduleRef)].filter(
    (provider): provider is Definition => 'provide' in provider && provider.provide === token,
  );
}

/** What `forRoot()` and its like add to the providers of a module; the container alone knows. */
function dynamicProviders(module: NestModule, moduleRef: ModuleRef): Provider<object>[] {
  const container = Reflect.get(moduleRef, 'container') as ContainerWithDynamicMetadata;
  return container.getDynamicMetadataByToken(module.token, 'providers');
}

interface ContainerWithDynamicMetadata {
  getDynamicMetadataByToken(token: string, key: 'providers'): Provider<object>[];
}

async function make(definition: Definition, moduleRef: ModuleRef): Promise<object> {
  if ('useValue' in definition) return definition.useValue;
  if ('useClass' in definition) return moduleRef.create(definition.useClass);
  if ('useExisting' in definition) return get(moduleRef, definition.useExisting) as object;
  const inject = (definition.inject ?? []).map((one) =>
    typeof one === 'object' && 'token' in one ? one.token : one,
  );
  return definition.useFactory(...inject.map((one) => get(moduleRef, one)));
}

function get(moduleRef: ModuleRef, token: unknown): unknown {
  return moduleRef.get(token as Type<object>, { strict: false });
}
