import { SQSClient } from '@aws-sdk/client-sqs';
import * as undici from 'undici';
import { silentLogger, type QueueGateway } from '../../lib/contracts/index.js';
import { ManualClock, settlePromises } from '../../lib/primitives/manual-clock.js';
import { SdkGateway } from '../../lib/queue-client/index.js';
import { MemoryServer } from '../../lib/queue-client/memory/http/memory-server.js';
import {
  MemoryQueueService,
  type MemoryQueueServiceOptions,
} from '../../lib/queue-client/memory/memory-queue-service.js';
import { UndiciTransport } from '../../lib/queue-client/wire/undici-transport.js';
import { WireCalls } from '../../lib/queue-client/wire/wire-calls.js';

export type ServedMemoryOptions = Pick<MemoryQueueServiceOptions, 'expiredHandles'>;

/**
 * A memory service behind HTTP on 127.0.0.1, and lean gateways to it. Its clock is moved by hand, and moves on only when
 * nothing is under way between the two: each open call is either answered or held by the service.
 */
export class ServedMemory {
  static async start(options: ServedMemoryOptions = {}): Promise<ServedMemory> {
    const served = new ServedMemory(options);
    const { service } = served;
    served.server = await MemoryServer.start({ service, onRequest: () => served.hold() });
    return served;
  }

  readonly clock: ManualClock = new ServedClock(() => this.settled());
  readonly service: MemoryQueueService;
  private readonly lines: QueueGateway[] = [];
  /** Calls of our gateways that have not ended. */
  private openCount = 0;
  /** Requests that the service has and has not answered. */
  private heldCount = 0;
  private server!: MemoryServer;

  private constructor(options: ServedMemoryOptions) {
    this.service = new MemoryQueueService({ clock: this.clock, ...options });
  }

  /** A gateway as in a process of its own. */
  connect(): QueueGateway {
    const gateway = counted(
      newGateway(this.server.endpoint),
      (change) => (this.openCount += change),
    );
    this.lines.push(gateway);
    return gateway;
  }

  /** Until each open call is held by the service, and code that waits on answers has had its turn. */
  async settled(): Promise<void> {
    for (let quietRounds = 0; quietRounds < 2;) {
      await settlePromises();
      quietRounds = this.openCount === this.heldCount ? quietRounds + 1 : 0;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.close()));
    await this.server.close();
  }

  private hold(): () => void {
    this.heldCount += 1;
    return () => (this.heldCount -= 1);
  }
}

class ServedClock extends ManualClock {
  constructor(private readonly settled: () => Promise<void>) {
    super();
  }

  protected override settle(): Promise<void> {
    return this.settled();
  }
}

function newGateway(endpoint: string): SdkGateway {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  // What is retried would be retried in real time.
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const timeouts = { connectTimeoutMs: 60_000, answerTimeoutMs: 600_000 };
  const transport = new UndiciTransport({ undici, ...timeouts });
  const calls = new WireCalls({ client, transport, userAgent: 'test' });
  return new SdkGateway({ client, calls, ownsClient: true, logger: silentLogger });
}

/** The same gateway, its calls counted while they are open. */
function counted(gateway: SdkGateway, count: (change: number) => void): QueueGateway {
  return new Proxy(gateway, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || uncounted.has(String(name))) return member;
      return async (...given: unknown[]): Promise<unknown> => {
        count(1);
        try {
          return await (member as (...all: unknown[]) => unknown).apply(target, given);
        } finally {
          count(-1);
        }
      };
    },
  });
}

/** The first two are streams, whose reader waits for each page; the last is no call. */
const uncounted = new Set(['listQueueUrls', 'listDeadLetterSourceUrls', 'close']);
