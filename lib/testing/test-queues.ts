import { QueueNotFoundError } from '../contracts/index.js';
import type { QueueHandle, QueueOptions, QueueResourcesPort } from '../contracts/index.js';
import { readAs } from '../nest/read-as.js';
import type { AwaitedQueue, ConnectedService, OpenQueues } from '../nest/runtime-parts.js';

export interface TestQueuesParts {
  readonly inner: OpenQueues;
  /** The logical name of a queue that is given by name, URL or ARN. */
  nameOf(queue: string): string;
  /** Makes a queue that nobody registered; undefined where a missing queue is an error. */
  readonly create: ((name: string) => Promise<void>) | undefined;
  /** A queue that was found. */
  onFound(handle: QueueHandle): void;
}

/** The queues of an app as they are in memory: by their names, whatever place the app knows them by, and made at need. */
export class TestQueues implements OpenQueues {
  private readonly names = new Set<string>();

  constructor(private readonly parts: TestQueuesParts) {}

  register(queue: QueueOptions): void {
    const { inner, nameOf, create } = this.parts;
    const { onMissingQueue: _policy, ...options } = queue;
    const { deadLetter } = options;
    const name = nameOf(queue.name);
    this.names.add(name);
    const dead = deadLetter && { ...deadLetter, queue: nameOf(deadLetter.queue) };
    if (dead !== undefined) this.names.add(dead.queue);
    inner.register({
      ...options,
      name,
      ...(dead && { deadLetter: dead }),
      ...(create === undefined && { onMissingQueue: 'error' as const }),
    });
  }

  async provision(): Promise<void> {
    await this.parts.inner.provision();
    for (const name of this.names) await this.find(name);
  }

  async find(queue: string): Promise<QueueHandle> {
    const name = this.parts.nameOf(queue);
    const handle = await this.findOrCreate(name);
    this.parts.onFound(handle);
    return handle;
  }

  await(queue: string, other?: string): AwaitedQueue {
    const { nameOf } = this.parts;
    const names = { queue: nameOf(queue), other: other && nameOf(other) };
    const handle = this.find(queue).then((found) => readAs(found, names, this.resources));
    return { handle, mayStartWithout: false };
  }

  get connections(): readonly ConnectedService[] {
    return this.parts.inner.connections;
  }

  get resources(): QueueResourcesPort {
    return this.parts.inner.resources;
  }

  close(): Promise<void> {
    return this.parts.inner.close();
  }

  private async findOrCreate(name: string): Promise<QueueHandle> {
    const { inner, create } = this.parts;
    try {
      return await inner.find(name);
    } catch (error) {
      if (create === undefined || !(error instanceof QueueNotFoundError)) throw error;
      await create(name);
      return inner.find(name);
    }
  }
}
