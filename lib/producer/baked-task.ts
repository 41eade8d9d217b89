import type { SendOptions, SendResult, TaskTarget } from '../contracts/sending.js';

/** A baked task as plain data: what `Producer.bake` takes. */
export interface BakedTaskData {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly options: SendOptions;
}

/** A send that is ready to be made, once or often; each makes a message of its own. */
export class BakedTask implements BakedTaskData {
  readonly target: TaskTarget;
  readonly data: unknown;
  readonly options: SendOptions;
  readonly #send: () => Promise<SendResult>;

  constructor(facts: BakedTaskData & { send: () => Promise<SendResult> }) {
    this.target = facts.target;
    this.data = facts.data;
    this.options = facts.options;
    this.#send = facts.send;
  }

  send(): Promise<SendResult> {
    return this.#send();
  }

  /** For storing it; `bake(stored.target, stored.data, stored.options)` makes it again. */
  toJSON(): BakedTaskData {
    const { queue, pattern } = this.target;
    return { target: { queue, pattern }, data: this.data, options: this.options };
  }
}
