import { Controller } from '@nestjs/common';
import { HandlerConflictError } from '../../contracts/index.js';
import type { HandlerMethod } from './declare-handler.js';

const CONTROLLER_WATERMARK = '__controller__';

/** A class that is one task: Nest binds handlers of controllers only, so it becomes one. */
export function controllerWithRun(target: new () => object): HandlerMethod {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, 'run');
  if (typeof descriptor?.value !== 'function') throw missingRun(target.name);
  if (!Reflect.hasMetadata(CONTROLLER_WATERMARK, target)) Controller()(target);
  return { prototype: target.prototype as object, key: 'run', descriptor };
}

function missingRun(className: string): HandlerConflictError {
  return new HandlerConflictError({
    problem: `${className} is decorated as a task but has no run() method`,
    advice: 'Give it one, or decorate the method that handles the task.',
  });
}
