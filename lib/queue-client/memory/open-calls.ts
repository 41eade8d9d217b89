/** We ended a call ourselves: its signal was aborted, or the gateway closed. */
export class EndedCall extends Error {
  constructor(detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = 'EndedCall';
  }
}

/** The calls of one gateway that wait for something, so that closing it ends them. */
export class OpenCalls {
  private readonly controllers = new Set<AbortController>();
  private isClosed = false;

  /** Throws where a call must not start. */
  check(signal: AbortSignal | undefined): void {
    if (this.isClosed) throw new EndedCall('the gateway is closed');
    if (signal?.aborted) throw abortedBy(signal);
  }

  /** Waits for the work, or for the call's end, whichever is first; the work is told of the end by its signal. */
  async run<T>(work: (ended: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const controller = new AbortController();
    const forward = (): void => controller.abort(abortedBy(signal!));
    this.controllers.add(controller);
    signal?.addEventListener('abort', forward, { once: true });
    try {
      return await untilEnded(work(controller.signal), controller.signal);
    } finally {
      signal?.removeEventListener('abort', forward);
      this.controllers.delete(controller);
    }
  }

  endAll(): void {
    this.isClosed = true;
    for (const controller of this.controllers) {
      controller.abort(new EndedCall('the gateway was closed'));
    }
  }
}

function abortedBy(signal: AbortSignal): EndedCall {
  return new EndedCall('the call was aborted', { cause: signal.reason });
}

function untilEnded<T>(work: Promise<T>, ended: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    ended.addEventListener('abort', () => reject(ended.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
