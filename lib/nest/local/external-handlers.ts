import type { Type } from '@nestjs/common';
import { ContextIdFactory, ExternalContextCreator } from '@nestjs/core';
import type { ModuleRef } from '@nestjs/core';
import type { MessageHandler } from '@nestjs/microservices';
import { EmptyError } from 'rxjs';
import { CONTEXT_PARAMETER, PARAMETERS, PAYLOAD_PARAMETER } from '../pipeline/nest-metadata.js';

export interface HostedController {
  readonly type: Type<object>;
  readonly wrapper: { instance: unknown; isDependencyTreeStatic(): boolean };
  /** Key of its module in Nest's container. */
  readonly moduleKey: string;
}

type Run = (data: unknown, context: unknown) => Promise<unknown>;

/** Handlers with their pipes, guards, interceptors and filters, without a microservice that would bind them. */
export class ExternalHandlers {
  constructor(
    private readonly creator: ExternalContextCreator,
    private readonly moduleRef: ModuleRef,
  ) {}

  bind(controller: HostedController, method: string): MessageHandler {
    declarePayload(controller.type, method);
    const run = this.runOf(controller, method);
    return async (data: unknown, context: unknown) => {
      try {
        return await run(data, context);
      } catch (error) {
        // A handler's Observable that completes without a value answers nothing.
        if (error instanceof EmptyError) return undefined;
        throw error;
      }
    };
  }

  private runOf(controller: HostedController, method: string): Run {
    const { wrapper } = controller;
    if (!wrapper.isDependencyTreeStatic()) {
      return (data, context) => this.runPerRequest(controller, method, { data, context });
    }
    const run = this.create(controller, wrapper.instance as object, method);
    return (data, context) => run(data, context);
  }

  private async runPerRequest(
    controller: HostedController,
    method: string,
    request: { data: unknown; context: unknown },
  ): Promise<unknown> {
    const contextId = ContextIdFactory.create();
    this.moduleRef.registerRequestByContextId(request, contextId);
    const instance = await this.moduleRef.resolve(controller.type, contextId, { strict: false });
    return this.create(controller, instance, method, contextId)(request.data, request.context);
  }

  private create(
    controller: HostedController,
    instance: object,
    method: string,
    contextId?: ReturnType<typeof ContextIdFactory.create>,
  ): Run {
    const callback = Reflect.get(instance, method) as (...args: unknown[]) => unknown;
    return this.creatorFor(controller).create(
      instance,
      callback,
      method,
      PARAMETERS,
      { exchangeKeyForValue },
      contextId,
      undefined,
      undefined,
      'rpc',
    );
  }

  /** Nest's own looks among providers only, and would leave out the guards and pipes of a controller's class. */
  private creatorFor({ moduleKey }: HostedController): ExternalContextCreator {
    const creator = Object.create(this.creator) as ExternalContextCreator;
    creator.getContextModuleKey = () => moduleKey;
    return creator;
  }
}

/** As a microservice does it: where no parameter is decorated, the first one is the payload. */
function declarePayload(type: Type<object>, method: string): void {
  if (Reflect.hasMetadata(PARAMETERS, type, method)) return;
  const payload = { [`${PAYLOAD_PARAMETER}:0`]: { index: 0, data: undefined, pipes: [] } };
  Reflect.defineMetadata(PARAMETERS, payload, type, method);
}

function exchangeKeyForValue(type: number, property: unknown, args: unknown[]): unknown {
  if (type === CONTEXT_PARAMETER) return args[1];
  if (type !== PAYLOAD_PARAMETER) return null;
  const [data] = args;
  if (typeof property !== 'string' || property === '') return data;
  return (data as Record<string, unknown> | null | undefined)?.[property];
}
