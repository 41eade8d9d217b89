/** Receives that may be open before further ones wait for the event loop's next turn. */
const MAX_AT_ONCE = 256;

/**
 * Keeps many answered receives from holding up every timer. Where 1,024 sockets are ready at once, libuv looks for
 * more before any timer runs, up to 48 times; receives that followed their answers at once kept that going, and a
 * worker of a thousand full queues extended no lease for a minute.
 * {@link https://github.com/libuv/libuv/blob/v1.x/src/unix/linux.c}
 */
export class Crowd {
  private insideCount = 0;

  async enter<T>(work: () => Promise<T>): Promise<T> {
    this.insideCount++;
    try {
      if (this.insideCount > MAX_AT_ONCE) await nextTurn();
      return await work();
    } finally {
      this.insideCount--;
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
