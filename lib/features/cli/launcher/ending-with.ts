import type { ProcessHost, StopSignal } from '../../../nest/index.js';

/** Whose end is to end this process: what launched it, or the command whose worker process it is. */
export interface Other {
  onEnd(listener: () => void): () => void;
}

/**
 * A process that drains when another one ends, as after SIGTERM.
 *
 * - RUNNING: the other's end → LEFT, and the listeners hear SIGTERM. A signal → TOLD
 * - LEFT: the next signal asks for the drain that is under way already, so nobody hears it: → TOLD
 * - TOLD: signals are heard as they come, so one more aborts; the other's end adds nothing: the drain goes on.
 */
export function endingWith(own: ProcessHost, other: Other, onLeft: () => void): ProcessHost {
  let state: 'running' | 'left' | 'told' = 'running';
  const ends = new Map<unknown, () => void>();
  const wrapped = new Map<unknown, (signal: StopSignal) => void>();
  const left = (listener: (signal: StopSignal) => void): void => {
    if (state !== 'running') return;
    state = 'left';
    onLeft();
    listener('SIGTERM');
  };
  const heard = (signal: StopSignal, listener: (signal: StopSignal) => void): void => {
    const isKnown = state === 'left';
    state = 'told';
    if (!isKnown) listener(signal);
  };
  return {
    ...own,
    on(signal, listener) {
      const wrap = wrapped.get(listener) ?? ((sent: StopSignal) => heard(sent, listener));
      wrapped.set(listener, wrap);
      own.on(signal, wrap);
      if (!ends.has(listener))
        ends.set(
          listener,
          other.onEnd(() => left(listener)),
        );
    },
    off(signal, listener) {
      own.off(signal, wrapped.get(listener) ?? listener);
      ends.get(listener)?.();
      ends.delete(listener);
    },
  };
}
