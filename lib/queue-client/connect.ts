import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import {
  InvalidOptionsError,
  SQS_LIMITS,
  type Clock,
  type MissingQueuePolicy,
  type QueueGateway,
  type SqsLogger,
} from '../contracts/index.js';
import {
  readConnectionOptions,
  type CallChoice,
  type ConnectionOptions,
} from './connection-options.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { SqsEmbedded } from './embedded/embedded-sqs.js';
import {
  createSqsClient,
  openReceivesFor,
  readHttpFacts,
  type HttpFacts,
} from './sdk/sdk-client.js';
import { SdkGateway } from './sdk/sdk-gateway.js';
import { regionalOrigin } from './sdk/url-hosts.js';
import { openHotCalls, type HotCallsSetup } from './wire/open-calls.js';

/** A queue service that is ready to be called. */
export interface Connection {
  readonly name: string;
  readonly gateway: QueueGateway;
  /**
   * For a queue that is named by its URL: the same service at the URL's host. Left out where all requests go to one
   * place, as with an endpoint in the options.
   */
  readonly gatewayAt?: ((queueUrl: string) => QueueGateway) | undefined;
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
  /** Measures the time limits of calls. @default the system's */
  clock?: Clock;
  /** For `embedded`, and to know AWS Lambda. @default process.env */
  env?: Record<string, string | undefined>;
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
      return openEmbedded(name, choice, deps);
    case 'gateway':
      return openGateway(name, choice.gateway);
    case 'client':
      return openClient(name, choice.client, {
        ...deps,
        ...callsOf(choice),
        ownsClient: false,
        mayReplaceHandler: false,
        followsUrls: usesQueueUrls(choice.client),
      });
    default:
      return openConfigured(name, choice, deps);
  }
}

function callsOf({ wire, callTimeoutMs }: CallChoice): CallChoice {
  return { wire, callTimeoutMs };
}

async function openEmbedded(
  name: string,
  choice: CallChoice,
  deps: ConnectionDeps,
): Promise<Connection> {
  const embedded = await SqsEmbedded.start({
    logger: deps.logger,
    env: deps.env,
  });
  const config = embedded.clientConfig();
  const connection = await openConfigured(name, { config, ...callsOf(choice) }, deps);
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
  { config, ...choice }: { config: SQSClientConfig } & CallChoice,
  deps: ConnectionDeps,
): Promise<Connection> {
  const client = createSqsClient(config);
  try {
    return await openClient(name, client, {
      ...deps,
      ...callsOf(choice),
      ownsClient: true,
      mayReplaceHandler: config.requestHandler === undefined,
      followsUrls: config.useQueueUrlAsEndpoint !== false,
    });
  } catch (error) {
    client.destroy();
    throw error;
  }
}

interface ClientSetup extends ConnectionDeps, CallChoice {
  ownsClient: boolean;
  mayReplaceHandler: boolean;
  /** Where no endpoint is configured, the host in a queue's URL counts. */
  followsUrls: boolean;
}

async function openClient(
  name: string,
  client: SQSClient,
  setup: ClientSetup,
): Promise<Connection> {
  const facts = await readHttpFacts(client);
  refuseShortTimeouts(name, facts);
  const region = await regionOf(name, client);
  const { ownsClient, followsUrls, logger, callTimeoutMs, clock, env = process.env } = setup;
  const calls = await openHotCalls({ ...setup, name, client, env });
  const gateway = new SdkGateway({
    client,
    calls,
    ownsClient,
    logger,
    maxOpenReceives: openReceivesFor(facts),
    callTimeoutMs,
    ...(clock && { clock }),
  });
  const home = followsUrls ? await regionalOrigin(client) : undefined;
  const gatewayAt =
    home === undefined ? undefined : (queueUrl: string) => gateway.at(queueUrl, home);
  const close = () => gateway.close();
  return { name, gateway, gatewayAt, region, defaultMissingQueue: 'error', close };
}

/** The SDK's own option. A mock may have no configuration. */
function usesQueueUrls(client: SQSClient): boolean {
  const config = (client as { config?: { useQueueUrlAsEndpoint?: unknown } }).config;
  return config !== undefined && config.useQueueUrlAsEndpoint !== false;
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
    const problem =
      `no region is known (${(cause as Error).message}); set region, AWS_REGION or a profile that has one, ` +
      'or connection: { embedded: true }, which needs none, for development';
    throw new InvalidOptionsError({ where: `connection "${name}"`, problems: [problem] });
  }
}
