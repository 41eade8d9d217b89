import type { CallOptions, QueueGateway } from '../../lib/contracts/index.js';

/** What a call of a gateway may be told to do: never end, whatever its signal says, or end with its signal as it should. */
export type Hang = 'for ever' | 'until aborted';

/** The calls of a gateway, some of which never answer, or fail, from when they are told to. */
export class Hanging {
  private readonly operations = new Map<keyof QueueGateway, Hang | Error>();

  hang(operation: keyof QueueGateway, how: Hang = 'for ever'): this {
    this.operations.set(operation, how);
    return this;
  }

  fail(operation: keyof QueueGateway, error: Error): this {
    this.operations.set(operation, error);
    return this;
  }

  clear(): void {
    this.operations.clear();
  }

  /** The same gateway, as it answers now. */
  over(gateway: QueueGateway): QueueGateway {
    return new Proxy(gateway, {
      get: (target, name: keyof QueueGateway) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const how = this.operations.get(name);
          if (how === undefined) return Reflect.apply(member, target, args);
          if (how instanceof Error) return Promise.reject(how);
          return new Promise((_resolve, reject) => {
            const { signal } = (args.at(-1) ?? {}) as CallOptions;
            if (how === 'for ever' || signal === undefined) return;
            signal.addEventListener('abort', () => reject(new Error('aborted')));
          });
        };
      },
    });
  }
}
