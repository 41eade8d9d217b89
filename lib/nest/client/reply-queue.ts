import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { GatewayError, SQS_LIMITS } from '../../contracts/index.js';
import type { Clock, QueueGateway, SqsLogger, Timer } from '../../contracts/index.js';
import { Background } from '../../primitives/background.js';
import { errorText } from '../../primitives/error-text.js';
import { sleep } from '../../primitives/wait.js';
import { accountOfUrl, urlBeside } from '../../queue-client/index.js';

/** Where replies come: a queue that only this process reads. */
export interface ReplyQueue {
  /** @throws GatewayError, QueueNotFoundError */
  open(): Promise<ReplyQueueAddress>;
  close(): Promise<void>;
}

export interface ReplyQueueAddress {
  readonly name: string;
  readonly url: string;
}

export interface OwnReplyQueueParts {
  readonly gateway: QueueGateway;
  /** `queuePrefix` included. */
  readonly prefix: string;
  /** URL of the queue that gets the requests. */
  readonly requestUrl: string;
  readonly clock: Clock;
  readonly logger: SqsLogger;
}

export const OWNER_TAG = 'nestjs-sqs-tasks:reply-owner';
export const CREATED_TAG = 'nestjs-sqs-tasks:reply-created';
export const TOUCHED_TAG = 'nestjs-sqs-tasks:reply-touched';

const HOUR_MS = 3_600_000;
const TOUCH_EVERY_MS = HOUR_MS;
const IDLE_MS = 24 * HOUR_MS;
/** A reply that nobody fetched in this time has no reader. */
const RETENTION_SECONDS = 3_600;

/**
 * A queue of this process alone. Its tags say who made it and when it was last in use; processes that live delete those
 * of processes that have not touched theirs for a day.
 */
export class OwnReplyQueue implements ReplyQueue {
  private address: ReplyQueueAddress | undefined;
  private timer: Timer | undefined;
  private hasSaidSweep = false;
  private readonly background = new Background((error) => this.say(error));

  constructor(private readonly parts: OwnReplyQueueParts) {}

  async open(): Promise<ReplyQueueAddress> {
    const { gateway, prefix, clock } = this.parts;
    const name = prefix + randomUUID();
    const attributes = { MessageRetentionPeriod: String(RETENTION_SECONDS) };
    const url = await gateway.createQueue(name, { attributes, tags: this.tags() });
    this.address = { name, url: urlSeenFrom(this.parts.requestUrl, { name, url }) };
    this.touchLater();
    this.background.track(this.sweep());
    await sleep(clock, SQS_LIMITS.createdQueueRestSeconds * 1000);
    return this.address;
  }

  async close(): Promise<void> {
    this.timer?.cancel();
    const { address } = this;
    this.address = undefined;
    // Not after a sweep that may take long: closing has little time.
    if (address !== undefined) await this.delete(address.url);
    await this.background.idle();
  }

  private tags(): Record<string, string> {
    const now = this.wallTime();
    const owner = `${hostname()}:${process.pid}`.replaceAll(/[^\w.:/=+@ -]/g, '-');
    return { [OWNER_TAG]: owner, [CREATED_TAG]: now, [TOUCHED_TAG]: now };
  }

  private wallTime(): string {
    return new Date(this.parts.clock.wallNow()).toISOString();
  }

  private touchLater(): void {
    this.timer = this.parts.clock.setTimer(() => {
      this.touchLater();
      this.background.track(this.touch());
    }, TOUCH_EVERY_MS);
  }

  private async touch(): Promise<void> {
    if (this.address === undefined) return;
    await this.parts.gateway.tagQueue(this.address.url, { [TOUCHED_TAG]: this.wallTime() });
    await this.sweep();
  }

  private async sweep(): Promise<void> {
    const { gateway, prefix } = this.parts;
    for await (const url of gateway.listQueueUrls(prefix)) {
      if (this.address === undefined) return;
      if (!url.endsWith(`/${this.address.name}`)) await this.sweepOne(url);
    }
  }

  private async sweepOne(url: string): Promise<void> {
    try {
      const tags = await this.parts.gateway.listQueueTags(url);
      if (this.isIdle(tags)) await this.delete(url);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Only what carries our tags is ours to delete. */
  private isIdle(tags: Record<string, string>): boolean {
    if (tags[OWNER_TAG] === undefined || tags[TOUCHED_TAG] === undefined) return false;
    return this.parts.clock.wallNow() - Date.parse(tags[TOUCHED_TAG]) > IDLE_MS;
  }

  private async delete(url: string): Promise<void> {
    try {
      await this.parts.gateway.deleteQueue(url);
    } catch (error) {
      if (!isGone(error)) this.say(error);
    }
  }

  /** Replies come all the same; what is left over costs nothing until somebody may sweep. */
  private say(error: unknown): void {
    if (this.hasSaidSweep) return;
    this.hasSaidSweep = true;
    const reason = errorText(error);
    this.parts.logger.warn('Reply queues could not be looked after', { reason });
  }
}

/**
 * Workers answer only beside the queue of the request, and an emulator may call its queues by another of its hosts than
 * the one in use.
 */
function urlSeenFrom(requestUrl: string, { name, url }: ReplyQueueAddress): string {
  return accountOfUrl(url) === accountOfUrl(requestUrl) ? urlBeside(requestUrl, name) : url;
}

function isGone(error: unknown): boolean {
  return error instanceof GatewayError && error.kind === 'queue-not-found';
}
