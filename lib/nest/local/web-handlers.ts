import type { ModulesContainer } from '@nestjs/core';
import type { TaskRunner } from '../../contracts/index.js';
import { patternRoute } from '../../serialization/index.js';
import type { HandlerExtras } from '../handler-definition.js';
import type { Callable } from '../methods-with.js';
import { registrationOf } from '../pipeline/handler-registration.js';
import { HandlerRegistry } from '../pipeline/handler-registry.js';
import { handlersOf } from '../pipeline/install-recorder.js';
import {
  EVENT_HANDLER,
  PATTERN,
  PATTERN_EXTRAS,
  PATTERN_HANDLER,
  TRANSPORT,
} from '../pipeline/nest-metadata.js';
import type { ProcessingHooks } from '../pipeline/processing-hooks.js';
import { noReplies, TaskHandlerFactory } from '../pipeline/task-handler.factory.js';
import { SQS } from '../sqs.constants.js';
import type { ExternalHandlers, HostedController } from './external-handlers.js';

export interface WebHandlersParts {
  readonly modules: ModulesContainer;
  readonly external: ExternalHandlers;
  nameOf(queue: string): string;
  readonly runner: () => TaskRunner | undefined;
}

const noHooks: ProcessingHooks = { around: (_context, work) => work() };

/** The handlers of an app that has no `ServerSqs`: nobody has bound them, so they are bound here. @throws HandlerConflictError */
export function webHandlers(parts: WebHandlersParts): HandlerRegistry {
  const factory = new TaskHandlerFactory(noHooks, noReplies, parts.runner);
  const registry = new HandlerRegistry(factory);
  for (const controller of controllersIn(parts.modules)) {
    for (const [method, handler] of handlersOf(controller.type.prototype as object)) {
      if (isOurs(handler)) addHandler(registry, parts, { controller, method, handler });
    }
  }
  return registry;
}

function* controllersIn(modules: ModulesContainer): Iterable<HostedController> {
  for (const module of modules.values()) {
    for (const wrapper of module.controllers.values()) {
      const { metatype: type } = wrapper;
      if (typeof type !== 'function') continue;
      yield { type: type as HostedController['type'], wrapper, moduleKey: module.token };
    }
  }
}

/** As Nest decides it: handlers that name no transport are for every one. */
function isOurs(handler: Callable): boolean {
  const transport: unknown = Reflect.getMetadata(TRANSPORT, handler);
  return transport === undefined || transport === SQS;
}

interface Found {
  readonly controller: HostedController;
  readonly method: string;
  readonly handler: Callable;
}

function addHandler(
  registry: HandlerRegistry,
  { external, nameOf }: WebHandlersParts,
  { controller, method, handler }: Found,
): void {
  const extras = (Reflect.getMetadata(PATTERN_EXTRAS, handler) ?? {}) as HandlerExtras;
  const isEvent = Reflect.getMetadata(PATTERN_HANDLER, handler) === EVENT_HANDLER;
  const queue = extras.queue === undefined ? undefined : nameOf(extras.queue);
  const callback = external.bind(controller, method);
  for (const given of Reflect.getMetadata(PATTERN, handler) as unknown[]) {
    const pattern = patternRoute(given);
    if (pattern === undefined) continue;
    registry.add(registrationOf({ pattern, queue, callback, isEvent, extras }));
  }
}
