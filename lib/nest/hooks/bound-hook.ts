import { isObservable, lastValueFrom } from 'rxjs';
import type { SqsLogger } from '../../contracts/index.js';
import type { HookDeclaration } from './hook-declaration.js';

export interface BoundHookFacts {
  readonly instance: object;
  readonly method: string;
  readonly kind: HookDeclaration['kind'];
  readonly logger: SqsLogger;
}

/** One decorated method on its instance. */
export class BoundHook<Args extends unknown[]> {
  constructor(private readonly facts: BoundHookFacts) {}

  /** Resolves when it has ended: promise resolved, Observable complete. */
  async run(...args: Args): Promise<void> {
    const { instance, method } = this.facts;
    const call = Reflect.get(instance, method) as (...args: Args) => unknown;
    const result: unknown = await Reflect.apply(call, instance, args);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }

  /** The same for hooks whose errors change nothing: they are reported. Never rejects. */
  async runIsolated(...args: Args): Promise<void> {
    try {
      await this.run(...args);
    } catch (error) {
      const { instance, method, kind, logger } = this.facts;
      const hook = `${instance.constructor.name}.${method}`;
      logger.error(`A @${kind}() hook failed, which changes nothing else`, { hook }, error);
    }
  }
}
