import { threadId, type MessagePort } from 'node:worker_threads';
import { errorOf } from '../error-record.js';
import { opened, sealed, type FromMember, type ToMember } from '../protocol.js';
import { packed } from '../clone.js';
import { deferred } from '../../../primitives/deferred.js';

/** The member's end of the line to the run that it belongs to. */
export class MemberLine {
  onAbort: (reason: unknown) => void = () => {};
  onClose: () => void = () => {};
  private readonly extensions = new Map<number, (error: unknown) => void>();
  private lastId = 0;
  private readonly going = deferred();
  private readonly proving = deferred();
  private readonly stopListening: () => void;

  /** @param port undefined in a process, which has a channel for all its runs */
  constructor(
    private readonly port: MessagePort | undefined,
    private readonly run = 0,
  ) {
    this.stopListening = port === undefined ? this.listenToProcess() : this.listenTo(port);
    this.send({ kind: 'hello', member: this.member });
  }

  /** Resolves once the worker has heard the hello, and says to go. */
  get told(): Promise<void> {
    return this.going.promise;
  }

  /** Resolves once the worker knows the result, and what the task left for the next turns has run. */
  async proved(): Promise<void> {
    await this.proving.promise;
    await new Promise((resolve) => void setTimeout(resolve, 1));
    await new Promise((resolve) => void setImmediate(resolve));
  }

  send(message: FromMember): void {
    if (this.port === undefined) return void process.send?.(sealed(message, this.run));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
    this.port.postMessage(message);
  }

  progress(value: unknown): void {
    this.send({ kind: 'progress', value: packed(value, 'progress') });
  }

  extend(seconds: number): Promise<void> {
    const id = ++this.lastId;
    const extended = new Promise<void>((resolve, reject) => {
      this.extensions.set(id, (error) => (error === undefined ? resolve() : reject(error)));
      this.send({ kind: 'extend', id, seconds });
    });
    // Where a task does not wait for it, the rejection must not end the member.
    extended.catch(() => {});
    return extended;
  }

  close(): void {
    this.stopListening();
  }

  private listenTo(port: MessagePort): () => void {
    port.on('message', (message: ToMember) => this.receive(message));
    return () => port.close();
  }

  private listenToProcess(): () => void {
    const listener = (message: unknown): void => {
      const ours = opened<ToMember>(message, this.run);
      if (ours !== undefined) this.receive(ours);
    };
    process.on('message', listener);
    return () => process.off('message', listener);
  }

  private get member(): number {
    return this.port === undefined ? process.pid : threadId;
  }

  private receive(message: ToMember): void {
    switch (message.kind) {
      case 'go':
        return this.going.resolve();
      case 'prove':
        return this.proving.resolve();
      case 'ping':
        return this.send({ kind: 'pong', member: this.member });
      case 'abort':
        return this.onAbort(errorOf(message.reason));
      case 'extended':
        return this.extended(message.id, message.error && errorOf(message.error));
      case 'close':
        return this.onClose();
    }
  }

  private extended(id: number, error: unknown): void {
    this.extensions.get(id)?.(error);
    this.extensions.delete(id);
  }
}
