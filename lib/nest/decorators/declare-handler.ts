import { MessagePattern } from '@nestjs/microservices';
import type { HandlerDefinition, HandlerExtras } from '../handler-definition.js';
import { isolateMethod } from '../isolation/isolated-method.js';
import { HANDLER_NAME, SQS, SQS_HANDLER } from '../sqs.constants.js';
import { controllerWithRun } from './task-class.js';

export interface HandlerDeclaration {
  /** Default: `Class.method`. */
  pattern: string | undefined;
  queue: string | undefined;
  definition: HandlerDefinition;
}

/** Makes a Nest message handler of our transport out of a method, or of a class's `run()`. */
export function declareHandler(declaration: HandlerDeclaration): MethodDecorator & ClassDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (key === undefined || descriptor === undefined) {
      declareOnMethod(controllerWithRun(target as new () => object), declaration);
    } else {
      declareOnMethod({ prototype: target, key, descriptor }, declaration);
    }
  };
}

export interface HandlerMethod {
  prototype: object;
  key: string | symbol;
  descriptor: PropertyDescriptor;
}

function declareOnMethod(method: HandlerMethod, declaration: HandlerDeclaration): void {
  const name = `${method.prototype.constructor.name}.${String(method.key)}`;
  const extras: HandlerExtras = { [SQS_HANDLER]: declaration.definition, [HANDLER_NAME]: name };
  if (declaration.queue !== undefined) extras.queue = declaration.queue;
  if (isIsolated(declaration.definition)) isolateMethod(method);
  const decorate: MethodDecorator = MessagePattern(declaration.pattern ?? name, SQS, extras);
  decorate(method.prototype, method.key, method.descriptor);
}

function isIsolated(definition: HandlerDefinition): boolean {
  return definition.kind === 'task' && definition.options.isolate !== undefined;
}
