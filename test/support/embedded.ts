import type { Clock, QueueGateway, SqsLogger } from '../../lib/contracts/index.js';
import { silentLogger } from '../../lib/contracts/index.js';
import { systemClock } from '../../lib/primitives/system-clock.js';
import { openConnection, type Connection } from '../../lib/queue-client/index.js';
import { MemoryQueueService, MemoryServer } from '../../lib/queue-client/memory/http/index.js';

export interface EmbeddedService {
  readonly connection: Connection;
  readonly gateway: QueueGateway;
  readonly endpoint: string;
  /** Its clock goes on by so many milliseconds at once; what waits already is not woken. */
  skip(ms: number): void;
  close(): Promise<void>;
}

/** An emulator of its own on a free port of 127.0.0.1, and the gateway to it; the environment is not looked at. */
export async function startEmbedded(logger: SqsLogger = silentLogger): Promise<EmbeddedService> {
  let skippedMs = 0;
  const clock: Clock = {
    now: () => systemClock.now() + skippedMs,
    wallNow: () => systemClock.wallNow() + skippedMs,
    setTimer: systemClock.setTimer,
  };
  const server = await MemoryServer.start({ service: new MemoryQueueService({ clock }) });
  const env = { SQS_EMBEDDED_URL: server.endpoint };
  const connection = await openConnection('default', { embedded: true }, { logger, env });
  return {
    connection,
    gateway: connection.gateway,
    endpoint: server.endpoint,
    skip(ms) {
      skippedMs += ms;
    },
    async close() {
      await connection.close();
      await server.close();
    },
  };
}
