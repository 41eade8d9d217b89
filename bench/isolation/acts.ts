import { pbkdf2Sync } from 'node:crypto';

export interface Act {
  readonly act: keyof typeof acts;
  readonly ms?: number;
  readonly n?: number;
}

/** What isolated tasks do in these programs. */
export default function act(data: Act): unknown {
  return acts[data.act](data);
}

const acts = {
  nothing: () => undefined,
  echo: ({ n }: Act) => n,
  /** Burns CPU for so many milliseconds. */
  burn: ({ ms = 0, n }: Act) => {
    const endAt = performance.now() + ms;
    while (performance.now() < endAt);
    return n;
  },
  loop: () => {
    while (true) {}
  },
  /** Native code that does not return: hours of hashing in one call, which no thread can be stopped in. */
  nativeLoop: () => pbkdf2Sync('secret', 'salt', 2_000_000_000, 64, 'sha512').length,
};
