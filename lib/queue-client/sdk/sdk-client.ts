import https from 'node:https';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/** Calls that must find a socket while every receive is waiting: deletes, extensions, sends. */
const SOCKETS_KEPT_FREE = 10;

/** What a handler that tells nothing of its sockets is taken to have: the SDK's default. */
const DEFAULT_MAX_SOCKETS = 50;

/** An end to connections that nobody accepts. */
export const CONNECTION_TIMEOUT_MS = 10_000;
/** An end to requests that nothing answers, well after the longest receive. */
export const REQUEST_TIMEOUT_MS = 40_000;

/**
 * Sockets without bound, as each open receive holds one for up to 20 seconds. Attempts (3) and retry mode (standard) are the SDK's own defaults, left to
 * it so that AWS_MAX_ATTEMPTS and profiles keep their say.
 */
function httpDefaults(endpoint: unknown): object {
  const proxy = isOnThisMachine(endpoint) ? {} : envProxy();
  const agent = { keepAlive: true, maxSockets: Infinity, ...proxy };
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  };
}

/**
 * Where Node takes its proxy from the environment, its own agents carry that environment; agents that are made without
 * it bypass the proxy.
 * {@link https://nodejs.org/api/http.html#built-in-proxy-support}
 */
function envProxy(): { proxyEnv?: unknown } {
  const { options } = https.globalAgent as { options?: { proxyEnv?: unknown } };
  return options?.proxyEnv === undefined ? {} : { proxyEnv: options.proxyEnv };
}

/**
 * A client for our connection; what the user configured stays as it is. An endpoint that the environment names
 * (`AWS_ENDPOINT_URL`) is kept: by default the SDK prefers the host in the queue's URL, and an emulator may write a
 * host there that nobody can resolve.
 */
export function createSqsClient(config: SQSClientConfig): SQSClient {
  return new SQSClient({
    useQueueUrlAsEndpoint: false,
    ...config,
    requestHandler: requestHandlerFor(config),
  });
}

function isOnThisMachine(endpoint: unknown): boolean {
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return false;
  return /^(127\..*|localhost|\[::1\])$/.test(new URL(endpoint).hostname);
}

type HandlerInput = SQSClientConfig['requestHandler'];

function requestHandlerFor({ requestHandler: given, endpoint }: SQSClientConfig): HandlerInput {
  if (isHandler(given)) return given;
  return { ...httpDefaults(endpoint), ...(given as object | undefined) };
}

function isHandler(given: unknown): boolean {
  return typeof (given as { handle?: unknown } | undefined)?.handle === 'function';
}

/** What can be known of how a client talks HTTP; all of it undefined for a handler that tells nothing. */
export interface HttpFacts {
  maxSockets?: number;
  requestTimeoutMs?: number;
  socketTimeoutMs?: number;
}

/**
 * Reads the request handler of a client. The SDK's own handler knows its options only once it was used, but holds a
 * promise of them before.
 */
export async function readHttpFacts(client: SQSClient): Promise<HttpFacts> {
  const handler = handlerOf(client);
  const known = handler?.httpHandlerConfigs?.() ?? {};
  if (Object.keys(known).length > 0) return toFacts(known);
  return toFacts((await handler?.configProvider) ?? {});
}

/** True where the credentials provider of a client was asked and has not answered yet. */
export async function areCredentialsPending(client: SQSClient): Promise<boolean> {
  const { credentials } = (client as { config?: { credentials?: unknown } }).config ?? {};
  if (typeof credentials !== 'function') return false;
  const answer = Promise.resolve().then(credentials as () => unknown);
  const nothing = Symbol('nothing yet');
  const soon = new Promise((resolve) => void setImmediate(resolve, nothing));
  return (await Promise.race([answer.catch(() => undefined), soon])) === nothing;
}

/** Receives that may be open at once: undefined where sockets are unbounded. */
export function openReceivesFor(facts: HttpFacts): number | undefined {
  const maxSockets = facts.maxSockets ?? DEFAULT_MAX_SOCKETS;
  return maxSockets === Infinity ? undefined : Math.max(1, maxSockets - SOCKETS_KEPT_FREE);
}

interface ReadableHandler {
  httpHandlerConfigs?(): Record<string, unknown>;
  configProvider?: Promise<Record<string, unknown>>;
}

function handlerOf(client: SQSClient): ReadableHandler | undefined {
  return (client as { config?: { requestHandler?: ReadableHandler } }).config?.requestHandler;
}

function toFacts(config: Record<string, unknown>): HttpFacts {
  const bounds = [config['httpAgent'], config['httpsAgent']].map(maxSocketsOf).filter(isNumber);
  return {
    maxSockets: bounds.length === 0 ? undefined : Math.min(...bounds),
    requestTimeoutMs: positive(config['requestTimeout']),
    socketTimeoutMs: positive(config['socketTimeout']),
  };
}

function maxSocketsOf(agent: unknown): unknown {
  return (agent as { maxSockets?: unknown } | undefined)?.maxSockets;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** The SDK takes 0 as no timeout. */
function positive(value: unknown): number | undefined {
  return isNumber(value) && value > 0 ? value : undefined;
}
