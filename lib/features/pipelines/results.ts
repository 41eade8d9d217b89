import { Observable } from 'rxjs';
import type { TaskDelivery } from '../../contracts/index.js';
import { Channel } from '../../primitives/channel.js';
import type { StageDefinition } from './pipeline-definition.js';

type Reader = { next(value: unknown): void; end(): void };

/** What stages of this process have returned, handed to whoever reads at the moment. */
export class ResultHub {
  private readonly readers = new Map<string, Set<Reader>>();
  private readonly done = new WeakMap<TaskDelivery, { path: string; output: unknown }>();
  private hasEnded = false;

  /** A stage has run; whether its delivery succeeds is known later. */
  keep({ path }: StageDefinition, delivery: TaskDelivery, output: unknown): void {
    if ((this.readers.get(path)?.size ?? 0) > 0) this.done.set(delivery, { path, output });
  }

  /** The delivery has succeeded. */
  publish(delivery: TaskDelivery): void {
    const result = this.done.get(delivery);
    if (result === undefined) return;
    for (const reader of this.readers.get(result.path) ?? []) reader.next(result.output);
  }

  /** Answers a function that ends the reading. */
  read(path: string, reader: Reader): () => void {
    if (this.hasEnded) {
      reader.end();
      return () => {};
    }
    const readers = this.readers.get(path) ?? new Set();
    this.readers.set(path, readers.add(reader));
    return () => void readers.delete(reader);
  }

  /** No more results will come. */
  end(): void {
    this.hasEnded = true;
    const all = [...this.readers.values()].flatMap((readers) => [...readers]);
    this.readers.clear();
    for (const reader of all) reader.end();
  }
}

/**
 * What one stage returns in this process, from when a reading begins. A loop that is slower than the stage never slows
 * it: the newest `window` results wait for it, older ones are dropped and counted.
 */
export class StageResults<Output> implements AsyncIterable<Output> {
  private droppedCount = 0;

  constructor(
    private readonly hub: ResultHub,
    private readonly path: string,
    private readonly window: number,
  ) {}

  /** Results that loops over this object were too slow for. */
  get dropped(): number {
    return this.droppedCount;
  }

  /** The same as they come, without a window: whoever subscribes says how to keep up. */
  asObservable(): Observable<Output> {
    return new Observable((subscriber) =>
      this.hub.read(this.path, {
        next: (value) => subscriber.next(value as Output),
        end: () => subscriber.complete(),
      }),
    );
  }

  [Symbol.asyncIterator](): AsyncIterator<Output, undefined> {
    const { hub, path, window } = this;
    return new ResultLoop<Output>({ hub, path, window, onDropped: () => this.droppedCount++ });
  }
}

interface ResultLoopParts {
  readonly hub: ResultHub;
  readonly path: string;
  readonly window: number;
  onDropped(): void;
}

class ResultLoop<Output> implements AsyncIterator<Output, undefined> {
  private readonly waiting = new Channel<Output>();
  private readonly stop: () => void;

  constructor({ hub, path, window, onDropped }: ResultLoopParts) {
    const { waiting } = this;
    this.stop = hub.read(path, {
      next: (value) => {
        waiting.put(value as Output);
        if (waiting.size <= window) return;
        waiting.drop();
        onDropped();
      },
      end: () => waiting.close(),
    });
  }

  next(): Promise<IteratorResult<Output, undefined>> {
    return this.waiting.next();
  }

  async return(): Promise<IteratorResult<Output, undefined>> {
    this.stop();
    this.waiting.takeAll();
    return { done: true, value: undefined };
  }

  async throw(error?: unknown): Promise<IteratorResult<Output, undefined>> {
    await this.return();
    throw error;
  }
}
