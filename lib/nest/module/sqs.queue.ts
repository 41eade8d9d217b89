import { levelsOf } from '../../contracts/index.js';
import type { QueueHandle, SendOptions, SendResult } from '../../contracts/index.js';
import type { SqsRuntime } from '../sqs.runtime.js';
import { attributesOf } from './queue-attributes.js';
import type { QueueAttributes } from './queue-attributes.js';

/** One queue with all its priorities, as `@InjectSqsQueue(name)` gives it. */
export class SqsQueue {
  constructor(
    private readonly runtime: SqsRuntime,
    /** Logical name, without prefix. */
    readonly name: string,
  ) {}

  /** Its URL, looked up once; with priorities, that of the lowest level. @throws QueueNotFoundError */
  async url(): Promise<string> {
    const { url } = await this.handle();
    return url;
  }

  /** Sends a task to this queue. */
  send(pattern: string, data: unknown, options?: SendOptions): Promise<SendResult> {
    return this.runtime.producer.send({ queue: this.name, pattern }, data, options);
  }

  /** Sends any number of tasks, split into requests by count and bytes. */
  sendMany(
    pattern: string,
    data: readonly unknown[],
    options?: SendOptions,
  ): Promise<SendResult[]> {
    return this.runtime.producer.sendMany({ queue: this.name, pattern }, data, options);
  }

  /** Sends a body byte for byte, without an envelope. */
  sendRaw(body: string, options?: SendOptions): Promise<SendResult> {
    return this.runtime.producer.sendRaw(this.name, body, options);
  }

  /** What SQS says of the queue; its message counts are approximate, and with priorities the sums of all levels. */
  async attributes(): Promise<QueueAttributes> {
    return attributesOf(await this.handle());
  }

  /** Deletes every message of every level; it takes SQS up to a minute, and may be asked once a minute. */
  async purge(): Promise<void> {
    const levels = levelsOf(await this.handle());
    await Promise.all(levels.map(({ gateway, url }) => gateway.purgeQueue(url)));
  }

  private handle(): Promise<QueueHandle> {
    return this.runtime.find(this.name);
  }
}
