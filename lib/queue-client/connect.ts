import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import {
  InvalidOptionsError,
  SQS_LIMITS,
  type MissingQueuePolicy,
  type QueueGateway,
  type SqsLogger,
} from '../contracts/index.js';
import {
  readConnectionOptions,
  type ConnectionOptions,
  type WireChoice,
} from './connection-options.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { SqsEmbedded, type SqsEmbeddedSetup } from './embedded/embedded-sqs.js';
import {
  createSqsClient,
  openReceivesFor,
  readHttpFacts,
  type HttpFacts,
} from './sdk/sdk-client.js';
import { SdkGateway } from './sdk/sdk-gateway.js';
import { openHotCalls, type HotCallsSetup } from './wire/open-calls.js';

/** A queue service that is ready to be called. */
export interface Connection {
  readonly name: string;
  readonly gateway: QueueGateway;
  /** Undefined where the service has none, as in memory. */
  readonly region: string | undefined;
  /** What happens to missing queues where nothing else is said: created where it costs nothing, an error on AWS. */
  readonly defaultMissingQueue: Exclude<MissingQueuePolicy, 'wait'>;
  /** The emulator behind it, where there is one. */
  readonly embedded?: SqsEmbedded;
  /** Ends what opening it started; a client or a gateway that was given stays open. Twice is the same as once. */
  close(): Promise<void>;
}

export interface ConnectionDeps {
  logger: SqsLogger;
  /** For `embedded`, and to know AWS Lambda. @default process.env */
  env?: Record<string, string | undefined>;
  /** For `embedded`: loads the emulator. @default the optional package `fauxqs` */
  loadEmulator?: SqsEmbeddedSetup['load'];
  /** Loads the faster HTTP client. @default the optional package `undici` */
  loadUndici?: HotCallsSetup['loadUndici'];
}

/**
 * Opens a connection. No request is made yet, but what can be wrong with the options is said now.
 * @throws InvalidOptionsError, MissingPackageError
 */
export async function openConnection(
  name: string,
  options: ConnectionOptions | undefined,
  given: ConnectionDeps,
): Promise<Connection> {
  const deps = { ...given, logger: containedLogger(given.logger) };
  const choice = readConnectionOptions(name, options);
  switch (choice.kind) {
    case 'embedded':
      return openEmbedded(name, choice.wire, deps);
    case 'gateway':
      return openGateway(name, choice.gateway);
    case 'client':
      return openClient(name, choice.client, {
        ...deps,
        wire: choice.wire,
        ownsClient: false,
        mayReplaceHandler: false,
      });
    default:
      return openConfigured(name, choice, deps);
  }
}

async function openEmbedded(
  name: string,
  wire: WireChoice,
  deps: ConnectionDeps,
): Promise<Connection> {
  const embedded = await SqsEmbedded.start({
    logger: deps.logger,
    env: deps.env,
    load: deps.loadEmulator,
  });
  const connection = await openConfigured(name, { config: embedded.clientConfig(), wire }, deps);
  return {
    ...connection,
    defaultMissingQueue: 'create',
    embedded,
    async close() {
      await connection.close();
      await embedded.close();
    },
  };
}

function openGateway(name: string, gateway: QueueGateway): Connection {
  return { name, gateway, region: undefined, defaultMissingQueue: 'create', async close() {} };
}

async function openConfigured(
  name: string,
  { config, wire }: { config: SQSClientConfig; wire: WireChoice },
  deps: ConnectionDeps,
): Promise<Connection> {
  const client = createSqsClient(config);
  try {
    const mayReplaceHandler = config.requestHandler === undefined;
    return await openClient(name, client, { ...deps, wire, ownsClient: true, mayReplaceHandler });
  } catch (error) {
    client.destroy();
    throw error;
  }
}

interface ClientSetup extends ConnectionDeps {
  wire: WireChoice;
  ownsClient: boolean;
  mayReplaceHandler: boolean;
}

async function openClient(
  name: string,
  client: SQSClient,
  setup: ClientSetup,
): Promise<Connection> {
  const facts = await readHttpFacts(client);
  refuseShortTimeouts(name, facts);
  const region = await regionOf(name, client);
  const { ownsClient, logger, env = process.env } = setup;
  const calls = await openHotCalls({ ...setup, name, client, env });
  const maxOpenReceives = openReceivesFor(facts);
  const gateway = new SdkGateway({ client, calls, ownsClient, logger, maxOpenReceives });
  const close = () => gateway.close();
  return { name, gateway, region, defaultMissingQueue: 'error', close };
}

/** A receive answers after up to 20 seconds: a shorter timeout would cut each idle poll, and lose what it had taken. */
function refuseShortTimeouts(name: string, facts: HttpFacts): void {
  const longestWaitMs = SQS_LIMITS.waitTimeSeconds * 1_000;
  const timeouts = { requestTimeout: facts.requestTimeoutMs, socketTimeout: facts.socketTimeoutMs };
  const problems = Object.entries(timeouts)
    .filter(([, ms]) => ms !== undefined && ms <= longestWaitMs)
    .map(
      ([option, ms]) =>
        `expected ${option} of the requestHandler to be over ${longestWaitMs} ms, as a receive waits that long, got ${ms}`,
    );
  if (problems.length > 0)
    throw new InvalidOptionsError({ where: `connection "${name}"`, problems });
}

async function regionOf(name: string, client: SQSClient): Promise<string | undefined> {
  const config = (client as { config?: SQSClient['config'] }).config;
  if (typeof config?.region !== 'function') return undefined;
  try {
    return await config.region();
  } catch (cause) {
    const problem = `no region is known (${(cause as Error).message}); set region, AWS_REGION or a profile that has one`;
    throw new InvalidOptionsError({ where: `connection "${name}"`, problems: [problem] });
  }
}
