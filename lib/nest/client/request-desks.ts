import { InvalidOptionsError, ProducerClosedError } from '../../contracts/index.js';
import type { QueueGateway, QueueHandle } from '../../contracts/index.js';
import { isFifoName, queueNameProblem } from '../../queue-client/index.js';
import { loggerOf } from '../logger-of.js';
import type { SqsRuntime } from '../sqs.runtime.js';
import type { ReplyOptions } from './client-options.js';
import { ReplyInbox } from './reply-inbox.js';
import { OwnReplyQueue } from './reply-queue.js';
import type { ReplyQueue } from './reply-queue.js';
import { RequestDesk } from './request-desk.js';

/** Replies that one process reads at once: reading is quick. */
const CONCURRENCY = 100;

/** The desks of one app: clients with the same reply options share one, or they would take each other's replies. */
export class RequestDesks {
  private readonly desks: { gateway: QueueGateway; key: string; desk: RequestDesk }[] = [];

  private isClosed = false;

  constructor(private readonly host: SqsRuntime) {}

  /** The desk for requests to a queue: replies come by the same connection. @throws ProducerClosedError */
  at(reply: ReplyOptions, queue: QueueHandle): RequestDesk {
    if (this.isClosed) throw new ProducerClosedError({ queue: queue.name });
    const { gateway } = queue;
    const key = 'queue' in reply ? `queue ${reply.queue}` : `prefix ${reply.prefix}`;
    const known = this.desks.find((one) => one.gateway === gateway && one.key === key);
    if (known !== undefined) return known.desk;
    const desk = this.open(reply, queue);
    this.desks.push({ gateway, key, desk });
    return desk;
  }

  abandon(owner: object): void {
    for (const { desk } of this.desks) desk.abandon(owner);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.desks.map(({ desk }) => desk.close()));
  }

  private open(reply: ReplyOptions, queue: QueueHandle): RequestDesk {
    const { producer, parts } = this.host;
    const { gateway, format, codecs } = queue;
    const { clock } = parts;
    const logger = loggerOf(parts, 'SqsClient');
    const replies = this.replyQueue(reply, { gateway, clock, logger, requestUrl: queue.url });
    return new RequestDesk({
      producer,
      clock,
      createInbox: (taker) =>
        new ReplyInbox({
          ...taker,
          queue: replies,
          gateway,
          format,
          codecs,
          consume: parts.resolveWorker({ concurrency: CONCURRENCY }).defaults,
          clock,
          logger,
          createWorker: (setup) => parts.createWorker(setup),
        }),
    });
  }

  private replyQueue(
    reply: ReplyOptions,
    parts: Omit<ConstructorParameters<typeof OwnReplyQueue>[0], 'prefix'>,
  ): ReplyQueue {
    if ('queue' in reply) return this.fixedQueue(reply.queue);
    const { queuePrefix = '' } = this.host.options;
    return new OwnReplyQueue({ ...parts, prefix: queuePrefix + reply.prefix });
  }

  private fixedQueue(queue: string): ReplyQueue {
    return { open: () => this.host.find(queue), close: async () => {} };
  }
}

/** Longest name that a prefix is completed to: an UUID. */
const SAMPLE_ID = '00000000-0000-0000-0000-000000000000';

/** @throws InvalidOptionsError where no reply queue can have such a name */
export function checkReplyOptions(reply: ReplyOptions, queuePrefix = ''): void {
  if ('queue' in reply) {
    if (isFifoName(reply.queue))
      throw invalid('expected reply.queue to be a standard queue', reply.queue);
    return;
  }
  const name = queuePrefix + reply.prefix + SAMPLE_ID;
  const problem = queueNameProblem(name);
  if (problem !== undefined)
    throw invalid(`expected reply.prefix to leave room for an id: ${problem}`, reply.prefix);
}

function invalid(problem: string, got: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: 'ClientSqs', problems: [`${problem}, got "${got}"`] });
}
