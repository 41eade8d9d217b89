import type { WorkerControl, WorkerEventName, WorkerEvents } from '../../contracts/index.js';

type Subscribe = (control: WorkerControl) => () => void;

/** Listeners of a worker, also those that came before it was there. */
export class ServerEvents {
  private readonly waiting = new Set<Subscribe>();
  private control: WorkerControl | undefined;

  on<E extends WorkerEventName>(event: E, listener: (facts: WorkerEvents[E]) => void): () => void {
    let end: (() => void) | undefined;
    const subscribe: Subscribe = (control) => (end = control.on(event, listener));
    if (this.control === undefined) this.waiting.add(subscribe);
    else subscribe(this.control);
    return () => {
      this.waiting.delete(subscribe);
      end?.();
    };
  }

  attach(control: WorkerControl): void {
    this.control = control;
    for (const subscribe of this.waiting) subscribe(control);
    this.waiting.clear();
  }
}
