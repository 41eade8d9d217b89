import type { SendOptions, SendResult, TaskTarget } from '../contracts/sending.js';

/** A baked task as plain data: what `Producer.bake` takes. */
export interface BakedTaskData {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly options: SendOptions;
}

interface BakedTaskFacts extends BakedTaskData {
  readonly send: () => Promise<SendResult>;
  readonly runLocal: () => Promise<unknown>;
}

/** A send that is ready to be made, once or often; each makes a message of its own. */
export class BakedTask implements BakedTaskData {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly options: SendOptions;
  readonly #send: () => Promise<SendResult>;
  readonly #runLocal: () => Promise<unknown>;

  constructor(facts: BakedTaskFacts) {
    this.target = facts.target;
    this.data = facts.data;
    this.options = facts.options;
    this.#send = facts.send;
    this.#runLocal = facts.runLocal;
  }

  send(): Promise<SendResult> {
    return this.#send();
  }

  /**
   * Runs the handler here instead, through its pipes, guards and interceptors; nothing is sent.
   * @throws TaskNotFoundError where the handler is not in this app, or what the handler throws
   */
  runLocal(): Promise<unknown> {
    return this.#runLocal();
  }

  /** For storing it; `bake(stored.target, stored.data, stored.options)` makes it again. */
  toJSON(): BakedTaskData {
    const { queue, pattern } = this.target;
    return { target: { queue, pattern }, data: this.data, options: this.options };
  }
}
