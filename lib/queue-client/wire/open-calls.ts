import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SqsLogger } from '../../contracts/index.js';
import type { WireChoice } from '../connection-options.js';
import { SdkCalls, type HotCalls } from '../sdk/hot-calls.js';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../sdk/sdk-client.js';
import { ClientTransport } from './client-transport.js';
import { whyClientHandler } from './global-http.js';
import { loadUndici, type LoadedUndici } from './load-undici.js';
import type { Transport } from './transport.js';
import { UndiciTransport } from './undici-transport.js';
import { packageUserAgent } from './user-agent.js';
import { WireCalls } from './wire-calls.js';
import { whySdk } from './why-sdk.js';

export interface HotCallsSetup {
  /** The connection's name, for the log. */
  name: string;
  client: SQSClient;
  wire: WireChoice;
  /** True where nobody configured how the client talks HTTP, so that something faster may. */
  mayReplaceHandler: boolean;
  logger: SqsLogger;
  env: Record<string, string | undefined>;
  /** @default the optional package `undici` */
  loadUndici?: () => Promise<LoadedUndici>;
}

/** Chooses how the hot calls of a connection travel, and says so once. */
export async function openHotCalls(setup: HotCallsSetup): Promise<HotCalls> {
  const { name: connection, client, wire, logger } = setup;
  if (wire === 'sdk') {
    logger.debug('Queue calls go through the SDK, as configured.', { connection });
    return new SdkCalls(client);
  }
  const reason = await whySdk(client, setup.env);
  if (reason !== undefined) {
    logger.log(`Queue calls go through the SDK: ${reason}.`, { connection });
    return new SdkCalls(client);
  }
  const { transport, because } = await chooseTransport(setup);
  const message = `Queue calls take the lean path through ${transport.name}: ${because}.`;
  logger.debug(message, { connection });
  return new WireCalls({ client, transport, userAgent: packageUserAgent() });
}

async function chooseTransport(
  setup: HotCallsSetup,
): Promise<{ transport: Transport; because: string }> {
  const own = new ClientTransport(setup.client);
  if (!setup.mayReplaceHandler) return { transport: own, because: 'the client brings it' };
  const because = whyClientHandler(setup.env);
  if (because !== undefined) return { transport: own, because };
  const loaded = await (setup.loadUndici ?? loadUndici)();
  if ('reason' in loaded) return { transport: own, because: loaded.reason };
  const timeouts = { connectTimeoutMs: CONNECTION_TIMEOUT_MS, answerTimeoutMs: REQUEST_TIMEOUT_MS };
  const transport = new UndiciTransport({ ...loaded, ...timeouts });
  return { transport, because: 'no request handler was configured' };
}
