import type { QueueGateway, SqsLogger } from '../../lib/contracts/index.js';
import { silentLogger } from '../../lib/contracts/index.js';
import { openConnection, type Connection } from '../../lib/queue-client/index.js';

export interface EmbeddedService {
  readonly connection: Connection;
  readonly gateway: QueueGateway;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** An emulator of its own on a free port of 127.0.0.1, and the gateway to it; the environment is not looked at. */
export async function startEmbedded(logger: SqsLogger = silentLogger): Promise<EmbeddedService> {
  const connection = await openConnection('default', { embedded: true }, { logger, env: {} });
  const endpoint = connection.embedded?.endpoint ?? '';
  return { connection, gateway: connection.gateway, endpoint, close: () => connection.close() };
}
