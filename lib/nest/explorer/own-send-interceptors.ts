import type { ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';
import type {
  Given,
  SendContext,
  SendHandler,
  SendResult,
  SqsSendInterceptor,
} from '../../contracts/index.js';
import { USE_SEND_INTERCEPTORS } from '../decorators/use-send-interceptors.decorator.js';
import { methodsWith } from '../methods-with.js';
import type { Callable } from '../methods-with.js';
import { instancesOf } from '../module/instances-of.js';
import { handlersOf } from '../pipeline/install-recorder.js';
import { PATTERN } from '../pipeline/nest-metadata.js';
import { moduleRefOf } from './shadowed-providers.js';

type NestModule = ModulesContainer extends Map<string, infer Module> ? Module : never;

/** What `@UseSendInterceptors()` says on the class of an instance and on its methods, as links of the send chain. */
export async function ownSendInterceptors(
  module: NestModule,
  instance: object,
): Promise<SqsSendInterceptor[]> {
  const links: SqsSendInterceptor[] = [];
  for (const { given, patterns } of declarationsOf(instance)) {
    const made = await instancesOf(given, moduleRefOf(module));
    links.push(...made.map((interceptor) => new OwnSendInterceptor(patterns, interceptor)));
  }
  return links;
}

/** Wraps sends of certain tasks, and lets all others pass. */
class OwnSendInterceptor implements SqsSendInterceptor {
  constructor(
    private readonly patterns: ReadonlySet<unknown>,
    private readonly interceptor: SqsSendInterceptor,
  ) {}

  intercept(send: SendContext, next: SendHandler): Observable<SendResult> {
    return this.patterns.has(send.pattern) ? this.interceptor.intercept(send, next) : next.handle();
  }
}

interface Declaration {
  readonly given: readonly Given<SqsSendInterceptor>[];
  readonly patterns: ReadonlySet<unknown>;
}

function declarationsOf(instance: object): Declaration[] {
  const type: unknown = instance.constructor;
  if (typeof type !== 'function') return [];
  const prototype = Object.getPrototypeOf(instance) as object;
  const ofMethods = methodsWith(prototype, USE_SEND_INTERCEPTORS).map(([, method]) =>
    declaration(method, patternsOf(method)),
  );
  if (!Reflect.hasMetadata(USE_SEND_INTERCEPTORS, type)) return ofMethods;
  const handled = handlersOf(prototype).flatMap(([, method]) => patternsOf(method));
  return [declaration(type, [...handled, ...contractPatternsOf(type)]), ...ofMethods];
}

function declaration(target: object, patterns: readonly unknown[]): Declaration {
  const given = Reflect.getMetadata(USE_SEND_INTERCEPTORS, target) as Declaration['given'];
  return { given, patterns: new Set(patterns) };
}

function patternsOf(method: Callable): unknown[] {
  return (Reflect.getMetadata(PATTERN, method) ?? []) as unknown[];
}

function contractPatternsOf(type: object): unknown[] {
  return Object.values(type)
    .filter((value: unknown) => typeof value === 'object' && value !== null && 'pattern' in value)
    .map((contract: { pattern: unknown }) => contract.pattern);
}
