import { methodsWith } from '../methods-with.js';
import type { Callable } from '../methods-with.js';
import { HANDLER_NAME } from '../sqs.constants.js';
import type { HandlerExtras } from '../handler-definition.js';
import { ErrorRecorderInterceptor } from './error-recorder.interceptor.js';
import { controlErrorFilter, filtersOf, lastFilter } from './error-filters.js';
import type { FilterLike } from './error-filters.js';
import {
  EXCEPTION_FILTERS,
  HTTP_PATH,
  INTERCEPTORS,
  PATTERN_EXTRAS,
  PATTERN_HANDLER,
} from './nest-metadata.js';

type Controller = abstract new (...args: never[]) => object;

/**
 * Sees to it that the original error of every pattern handler of a controller class reaches the transport, and names
 * the handlers. It must happen after Nest has built the injection, which copies the metadata, and before it binds the
 * handlers, which reads them.
 *
 * @param globalFilters those of the app, as they are when an error is judged
 */
export function installRecorder(
  controller: Controller,
  globalFilters: () => readonly FilterLike[],
): void {
  const handlers = handlersOf(controller.prototype as object);
  for (const [method, handler] of handlers) {
    nameHandler(handler, `${controller.name}.${method}`);
    // What serves HTTP as well keeps its filters: HTTP would get our answer too.
    if (Reflect.hasMetadata(HTTP_PATH, handler)) continue;
    const userFilters = [...filtersOf(handler), ...filtersOf(controller), ...globalFilters()];
    // A user's filter may leave the error to Nest's default layer, which hides it; the recorder costs an interceptor,
    // so only those who have filters pay for it.
    if (userFilters.length > 0) installInterceptor(controller, handler);
    installFilters(controller, handler, globalFilters);
  }
}

function installFilters(
  controller: Controller,
  handler: Callable,
  globalFilters: () => readonly FilterLike[],
): void {
  const last = lastFilter(() => [...filtersOf(controller), ...globalFilters()]);
  const filters = [last, ...filtersOf(handler), controlErrorFilter()];
  // Nest asks the last one first.
  Reflect.defineMetadata(EXCEPTION_FILTERS, filters, handler);
}

function installInterceptor(controller: Controller, handler: Callable): void {
  // The recorder stands outside of what it records, as far as interceptors of class and method go.
  prependRecorder(Reflect.hasMetadata(INTERCEPTORS, controller) ? controller : handler);
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
