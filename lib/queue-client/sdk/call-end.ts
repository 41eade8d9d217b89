/**
 * The end that is put to one call from outside: by its time limit, or by its caller. A call of the lean path is given it
 * as it stands, since it has what is used of an `AbortSignal`, and making one would cost more than signing the request;
 * the SDK gets a real one.
 */
export class CallEnd {
  private hasCome = false;
  private cause: unknown;
  private controller: AbortController | undefined;
  private readonly listeners = new Set<() => void>();
  /** Some request handlers set this instead of listening. */
  onabort: (() => void) | null = null;

  get aborted(): boolean {
    return this.hasCome;
  }

  get reason(): unknown {
    return this.cause;
  }

  /** A listener hears the one abort there is; so all of them are as with `once`. */
  addEventListener(_type: 'abort', listener: () => void, _options?: object): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(reason: unknown): void {
    if (this.hasCome) return;
    this.hasCome = true;
    this.cause = reason;
    this.controller?.abort(reason);
    for (const listener of this.listeners) listener();
    this.listeners.clear();
    this.onabort?.();
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.hasCome) this.controller.abort(this.cause);
    }
    return this.controller.signal;
  }
}

/** What a call is ended by: an `AbortSignal`, or as much of one as is used. */
export type CallSignal = AbortSignal | CallEnd;

/** As an `AbortSignal`, for those that may do anything with it. */
export function asAbortSignal(signal: CallSignal | undefined): AbortSignal | undefined {
  return signal instanceof CallEnd ? signal.signal : signal;
}
