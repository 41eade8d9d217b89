import type { ModulesContainer } from '@nestjs/core';
import { ClientSqs } from './client-sqs.js';

/** Every `ClientSqs` that `ClientsModule`, or a provider, has made by now. */
export function* findClients(modules: ModulesContainer): Iterable<ClientSqs> {
  for (const module of modules.values()) {
    for (const { instance } of module.providers.values()) {
      if (instance instanceof ClientSqs) yield instance;
    }
  }
}
