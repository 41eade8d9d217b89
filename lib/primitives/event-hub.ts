import { quietly } from './quietly.js';

/** Typed events. A listener that throws is reported and changes nothing. */
export class EventHub<Events> {
  private readonly listeners = new Map<keyof Events, Set<(facts: never) => void>>();

  constructor(private readonly report: (event: keyof Events, error: unknown) => void) {}

  /** Lets hot paths skip building facts. */
  has(event: keyof Events): boolean {
    return this.listeners.has(event);
  }

  /** Answers the function that ends the subscription. */
  on<E extends keyof Events>(event: E, listener: (facts: Events[E]) => void): () => void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known);
    known.add(listener);
    return () => {
      known.delete(listener);
      if (known.size === 0 && this.listeners.get(event) === known) this.listeners.delete(event);
    };
  }

  emit<E extends keyof Events>(event: E, facts: Events[E]): void {
    const known = this.listeners.get(event);
    if (known === undefined) return;
    for (const listener of known) this.tell(event, listener as (facts: Events[E]) => void, facts);
  }

  private tell<E extends keyof Events>(
    event: E,
    listener: (facts: Events[E]) => void,
    facts: Events[E],
  ): void {
    quietly(
      () => listener(facts),
      (error) => this.report(event, error),
    );
  }
}
