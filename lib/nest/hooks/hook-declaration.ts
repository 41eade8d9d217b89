import { methodsWith } from '../methods-with.js';

const HOOKS: unique symbol = Symbol.for('nestjs-sqs-tasks:hooks');

/** What a hook decorator was told. */
export type HookDeclaration =
  | { readonly kind: 'PreSend' }
  | { readonly kind: 'PostSend' }
  | { readonly kind: 'PreTask' }
  | { readonly kind: 'PostTask'; readonly on: 'success' | 'any' }
  | { readonly kind: 'OnTaskError' }
  | { readonly kind: 'OnQueueStats'; readonly everyMs: number };

/** A method decorator that accepts only methods which can be called so. */
export type HookDecorator<Args extends unknown[]> = <Method extends (...args: Args) => unknown>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

export interface HookMethod {
  readonly method: string;
  readonly declaration: HookDeclaration;
}

export function declareHook<Args extends unknown[]>(
  declaration: HookDeclaration,
): HookDecorator<Args> {
  return (_target, _key, { value: method }) => {
    if (method === undefined) return;
    // Decorators run from the bottom up; the list reads from the top down.
    const below = (Reflect.getMetadata(HOOKS, method) ?? []) as HookDeclaration[];
    Reflect.defineMetadata(HOOKS, [declaration, ...below], method);
  };
}

/** The hooks of a class, in the order of its methods. */
export function hooksOf(prototype: object): HookMethod[] {
  return methodsWith(prototype, HOOKS).flatMap(([method, value]) =>
    (Reflect.getMetadata(HOOKS, value) as HookDeclaration[]).map((declaration) => {
      return { method, declaration };
    }),
  );
}
