import { methodsWith } from '../methods-with.js';
import type { Callable } from '../methods-with.js';
import { HANDLER_NAME } from '../sqs.constants.js';
import type { HandlerExtras } from '../handler-definition.js';
import { ErrorRecorderInterceptor } from './error-recorder.interceptor.js';
import { INTERCEPTORS, PATTERN_EXTRAS, PATTERN_HANDLER } from './nest-metadata.js';

/**
 * Gives every pattern handler of a controller class the error recorder and its name. It must happen after Nest has
 * built the injection, which copies the metadata, and before it binds the handlers, which reads them.
 */
export function installRecorder(controller: abstract new (...args: never[]) => object): void {
  const handlers = handlersOf(controller.prototype as object);
  if (handlers.length === 0) return;
  const hasClassInterceptors = Reflect.hasMetadata(INTERCEPTORS, controller);
  for (const [method, handler] of handlers) {
    nameHandler(handler, `${controller.name}.${method}`);
    // The recorder stands outside of what it records, as far as interceptors of class and method go.
    if (!hasClassInterceptors) prependRecorder(handler);
  }
  if (hasClassInterceptors) prependRecorder(controller);
}

/** The pattern handlers of a class, inherited ones included, by method name. */
export function handlersOf(prototype: object): [string, Callable][] {
  return methodsWith(prototype, PATTERN_HANDLER);
}

function prependRecorder(target: object): void {
  const present = (Reflect.getMetadata(INTERCEPTORS, target) ?? []) as unknown[];
  if (present.some((one) => one instanceof ErrorRecorderInterceptor)) return;
  Reflect.defineMetadata(INTERCEPTORS, [new ErrorRecorderInterceptor(), ...present], target);
}

function nameHandler(handler: Callable, name: string): void {
  const extras = (Reflect.getMetadata(PATTERN_EXTRAS, handler) ?? {}) as HandlerExtras;
  if (extras[HANDLER_NAME] !== undefined) return;
  Reflect.defineMetadata(PATTERN_EXTRAS, { ...extras, [HANDLER_NAME]: name }, handler);
}
