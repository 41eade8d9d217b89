import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { PoolChannel } from './load-tinypool.js';
import { opened, sealed, type FromMember, type ToMember } from './protocol.js';

/** The line between a run and the member that has it. Beside the pool's own, which carries the task alone. */
export interface Line {
  onMessage: (message: FromMember) => void;
  send(message: ToMember): void;
  /** Nothing is sent any more. */
  close(): void;
  /** What the pool has to know to open it. */
  readonly opening: LineOpening;
}

export interface LineOpening {
  readonly port?: MessagePort;
  readonly channel?: PoolChannel;
  readonly run?: number;
}

export function openLine(runtime: 'thread' | 'process'): Line {
  return runtime === 'thread' ? new ThreadLine() : new ProcessLine();
}

class ThreadLine implements Line {
  onMessage: (message: FromMember) => void = () => {};
  readonly opening: { port: MessagePort };
  private readonly ours: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.ours = port1;
    this.opening = { port: port2 };
    port1.on('message', (message: FromMember) => this.onMessage(message));
    // The pool keeps this process alive while a task runs, an idle member must not.
    port1.unref();
  }

  send(message: ToMember): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
    this.ours.postMessage(message);
  }

  /** What the member had said before it ended is heard: the port may know of its end first. */
  close(): void {
    for (let said = this.next(); said !== undefined; said = this.next()) this.onMessage(said);
    this.ours.close();
  }

  private next(): FromMember | undefined {
    const received: { message: FromMember } | undefined = receiveMessageOnPort(this.ours);
    return received?.message;
  }
}

let lastRun = 0;

class ProcessLine implements Line {
  onMessage: (message: FromMember) => void = () => {};
  private readonly run = ++lastRun;
  private post: ((message: unknown) => void) | undefined;
  readonly opening: { channel: PoolChannel; run: number } = {
    run: this.run,
    channel: {
      onMessage: (send) => (this.post = send),
      postMessage: (message) => {
        const ours = opened<FromMember>(message, this.run);
        if (ours !== undefined) this.onMessage(ours);
      },
    },
  };

  send(message: ToMember): void {
    this.post?.(sealed(message, this.run));
  }

  close(): void {
    this.post = undefined;
  }
}
