import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { TaskDelivery } from '../../contracts/index.js';
import { PARAMETERS, PAYLOAD_PARAMETER } from '../../nest/pipeline/nest-metadata.js';
import { SqsContext } from '../../nest/sqs.context.js';

/** Says with what further arguments a delivery's stage is called. */
export function giveArguments(delivery: TaskDelivery, args: readonly unknown[]): void {
  if (args.length > 0) given.set(delivery, args);
}

/**
 * Lets Nest call a stage as a plain method: the value comes first, then the further arguments, each in the next
 * parameter that has no decorator of its own.
 */
export function declareParameters(
  prototype: object,
  method: string,
  { hasValue }: { hasValue: boolean },
): void {
  const free = freeParameters(prototype, method);
  const needsValue = hasValue && !hasPayload(prototype, method);
  // A stage that declares no parameter is called without its value.
  if (needsValue && free.length > 0) Payload()(prototype, method, free.shift() ?? 0);
  free.forEach((parameter, index) => ExtraArgument(index)(prototype, method, parameter));
}

const given = new WeakMap<TaskDelivery, readonly unknown[]>();

const ExtraArgument = createParamDecorator((index: number, context: ExecutionContext) => {
  const rpc: unknown = context.switchToRpc().getContext();
  if (!(rpc instanceof SqsContext)) return undefined;
  return given.get(rpc.getArgByIndex(0))?.[index];
});

type Parameters = Record<string, { readonly index: number }>;

function parametersOf(prototype: object, method: string): Parameters {
  return (Reflect.getMetadata(PARAMETERS, prototype.constructor, method) ?? {}) as Parameters;
}

function freeParameters(prototype: object, method: string): number[] {
  const taken = Object.values(parametersOf(prototype, method)).map(({ index }) => index);
  return [...Array(countOf(prototype, method)).keys()].filter((index) => !taken.includes(index));
}

/** As TypeScript declares them, those with a default included; without its metadata, those without. */
function countOf(prototype: object, method: string): number {
  const types = Reflect.getMetadata('design:paramtypes', prototype, method) as
    unknown[] | undefined;
  const callable = Reflect.get(prototype, method) as { readonly length: number };
  return types?.length ?? callable.length;
}

function hasPayload(prototype: object, method: string): boolean {
  const keys = Object.keys(parametersOf(prototype, method));
  return keys.some((key) => key.startsWith(`${PAYLOAD_PARAMETER}:`));
}
