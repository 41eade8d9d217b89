import type { ModulesContainer } from '@nestjs/core';
import type { SqsLogger, SqsSendInterceptor, SqsTaskInterceptor } from '../../contracts/index.js';
import { BoundHook } from '../hooks/bound-hook.js';
import { hooksOf } from '../hooks/hook-declaration.js';
import type { HookDeclaration } from '../hooks/hook-declaration.js';
import { PostSendLink, PreSendLink } from '../hooks/send-hook-links.js';
import { PostTaskLink, PreTaskLink, TaskErrorLink } from '../hooks/task-hook-links.js';
import { SQS_SEND_INTERCEPTOR, SQS_TASK_INTERCEPTOR } from '../sqs.constants.js';
import type { RuntimeFeature } from '../sqs.runtime.js';
import type { StatsSubscriber } from '../stats/queue-stats.js';
import { ownSendInterceptors } from './own-send-interceptors.js';
import { ScopedHookError } from './scoped-hook-error.js';
import { shadowedProviders } from './shadowed-providers.js';

export interface AppExplorerParts {
  readonly modules: ModulesContainer;
  readonly sendLogger: SqsLogger;
  readonly taskLogger: SqsLogger;
}

type NestModule = ModulesContainer extends Map<string, infer Module> ? Module : never;
type Wrapper = NestModule['providers'] extends Map<unknown, infer One> ? One : never;

/** What an app's providers and controllers add to the chains, in the order of modules, then of declaration. */
export class AppExplorer {
  private readonly found = emptyFeature();
  private readonly seen = new Set<object>();

  constructor(private readonly parts: AppExplorerParts) {}

  /** To be called once injection is built. @throws ScopedHookError */
  async explore(): Promise<RuntimeFeature> {
    for (const module of this.parts.modules.values()) {
      for (const [token, wrapper] of [...module.providers, ...module.controllers]) {
        await this.visit(module, token, wrapper);
      }
    }
    return this.found;
  }

  private async visit(module: NestModule, token: unknown, wrapper: Wrapper): Promise<void> {
    if (token === SQS_SEND_INTERCEPTOR || token === SQS_TASK_INTERCEPTOR) {
      await this.addInterceptors(module, token, wrapper);
    }
    const instance: unknown = wrapper.instance;
    if (!isObject(instance) || this.seen.has(instance)) return;
    this.seen.add(instance);
    this.addHooks(wrapper, instance);
    this.found.sendInterceptors.push(...(await ownSendInterceptors(module, instance)));
  }

  private async addInterceptors(
    module: NestModule,
    token: string,
    wrapper: Wrapper,
  ): Promise<void> {
    if (!isOneForAll(wrapper)) throw new ScopedHookError({ what: `A provider of ${token}` });
    const all = [...(await shadowedProviders(module, token)), wrapper.instance as object];
    if (token === SQS_SEND_INTERCEPTOR)
      this.found.sendInterceptors.push(...(all as SqsSendInterceptor[]));
    else this.found.taskInterceptors.push(...(all as SqsTaskInterceptor[]));
  }

  private addHooks(wrapper: Wrapper, instance: object): void {
    for (const { method, declaration } of hooksOf(Object.getPrototypeOf(instance) as object)) {
      const what = `${instance.constructor.name}.${method}(), a @${declaration.kind}() hook,`;
      if (!isOneForAll(wrapper)) throw new ScopedHookError({ what });
      this.addHook(instance, method, declaration);
    }
  }

  private addHook(instance: object, method: string, declaration: HookDeclaration): void {
    const { kind } = declaration;
    const bind = <Args extends unknown[]>(logger: SqsLogger) =>
      new BoundHook<Args>({ instance, method, kind, logger });
    const { sendLogger, taskLogger } = this.parts;
    switch (declaration.kind) {
      case 'PreSend':
        return void this.found.sendInterceptors.push(new PreSendLink(bind(sendLogger)));
      case 'PostSend':
        return void this.found.sendObservers.push(new PostSendLink(bind(sendLogger)));
      case 'PreTask':
        return void this.found.taskInterceptors.push(new PreTaskLink(bind(taskLogger)));
      case 'PostTask':
        return void this.found.taskObservers.push(
          new PostTaskLink(bind(taskLogger), declaration.on),
        );
      case 'OnTaskError':
        return void this.found.taskObservers.push(new TaskErrorLink(bind(taskLogger)));
      case 'OnQueueStats':
        return void this.found.statsSubscribers.push({
          everyMs: declaration.everyMs,
          hook: bind(taskLogger),
        });
    }
  }
}

function emptyFeature() {
  return {
    sendInterceptors: [] as SqsSendInterceptor[],
    taskInterceptors: [] as SqsTaskInterceptor[],
    sendObservers: [] as SqsSendInterceptor[],
    taskObservers: [] as SqsTaskInterceptor[],
    statsSubscribers: [] as StatsSubscriber[],
  } satisfies RuntimeFeature;
}

function isOneForAll(wrapper: Wrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== null;
}
