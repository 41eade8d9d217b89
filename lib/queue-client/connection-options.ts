import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import { InvalidOptionsError, type QueueGateway } from '../contracts/index.js';
import { DEFAULT_CALL_TIMEOUT_MS } from './sdk/sdk-call.js';

/**
 * How sends, receives, deletes and visibility changes travel. `lean`: without the SDK's work per call, by the same
 * configuration, wherever that does the same. `sdk`: always through the SDK, as all other calls do.
 */
export type WireChoice = 'lean' | 'sdk';

/** Options of every connection that has a client. */
export interface WireOption {
  /** @default 'lean' */
  wire?: WireChoice;
  /**
   * Milliseconds until a call that is no long poll is given up, the SDK's retries and its credentials included; a
   * receive gets what it waits besides. Range 1,000…600,000. Lower values fail sooner where SQS is slow. @default 15,000
   */
  callTimeoutMs?: number;
}

/** An SQS in this process, on 127.0.0.1: for development and tests. */
export interface EmbeddedConnectionOptions extends WireOption {
  embedded: true;
}

/** Your own client, with its middleware, credentials and sockets; it stays open when the app closes. */
export interface ClientConnectionOptions extends WireOption {
  client: SQSClient;
}

/** Another implementation of the port, such as the in-memory service in tests; it stays open when the app closes. */
export interface GatewayConnectionOptions {
  gateway: QueueGateway;
}

/** How a queue service is reached. Any other object is the configuration of a client that is made for you. */
export type ConnectionOptions =
  | EmbeddedConnectionOptions
  | ClientConnectionOptions
  | GatewayConnectionOptions
  | (SQSClientConfig & WireOption);

/** The same, told apart. */
export type ConnectionChoice =
  | ({ kind: 'embedded' } & CallChoice)
  | ({ kind: 'client'; client: SQSClient } & CallChoice)
  | { kind: 'gateway'; gateway: QueueGateway }
  | ({ kind: 'config'; config: SQSClientConfig } & CallChoice);

/** How calls are made, and how long each may take. */
export type CallChoice = Required<WireOption>;

/**
 * Tells which kind of connection was meant; without options it is the SDK's default chain, never the emulator.
 * @throws InvalidOptionsError for what is none of them
 */
export function readConnectionOptions(name: string, options: unknown): ConnectionChoice {
  if (options === undefined) return { kind: 'config', config: {}, ...readCalls(name, {}) };
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(
      name,
      `expected { embedded: true }, { client }, or an SQSClientConfig, got ${shown(options)}`,
    );
  }
  for (const kind of ['embedded', 'client', 'gateway'] as const) {
    if (kind in options) return readers[kind](name, options as Record<string, unknown>);
  }
  refuseClient(name, options);
  const { wire: _, callTimeoutMs: _ms, ...config } = options as SQSClientConfig & WireOption;
  return { kind: 'config', config, ...readCalls(name, options) };
}

const readers = { embedded: readEmbedded, client: readClient, gateway: readGateway };

function readEmbedded(name: string, options: Record<string, unknown>): ConnectionChoice {
  refuseOthers(name, options, ['embedded', 'wire', 'callTimeoutMs']);
  const calls = readCalls(name, options);
  if (options['embedded'] === true) return { kind: 'embedded', ...calls };
  const advice = 'leave it out for a real connection';
  throw invalid(
    name,
    `expected embedded to be true (${advice}), got ${shown(options['embedded'])}`,
  );
}

function readClient(name: string, options: Record<string, unknown>): ConnectionChoice {
  refuseOthers(name, options, ['client', 'wire', 'callTimeoutMs']);
  const client = options['client'];
  if (!hasMethod(client, 'send')) {
    throw invalid(name, `expected client to be an SQSClient with send(), got ${shown(client)}`);
  }
  const service = (client as { config?: { serviceId?: unknown } }).config?.serviceId;
  if (typeof service === 'string' && service !== 'SQS') {
    throw invalid(name, `expected client to be an SQSClient, got a client of ${service}`);
  }
  return { kind: 'client', client: client as SQSClient, ...readCalls(name, options) };
}

function readGateway(name: string, options: Record<string, unknown>): ConnectionChoice {
  refuseOthers(name, options, ['gateway']);
  const gateway = options['gateway'];
  if (!hasMethod(gateway, 'receive') || !hasMethod(gateway, 'sendBatch')) {
    throw invalid(name, `expected gateway to be a QueueGateway, got ${shown(gateway)}`);
  }
  return { kind: 'gateway', gateway: gateway as QueueGateway };
}

/** A client where `{ client }` was meant would else be read as a configuration, and its settings be lost. */
function refuseClient(name: string, options: object): void {
  if (!hasMethod(options, 'send')) return;
  throw invalid(name, 'expected a client to be given as { client }, got the client itself');
}

function readCalls(name: string, options: object): CallChoice {
  return { wire: readWire(name, options), callTimeoutMs: readCallTimeout(name, options) };
}

function readCallTimeout(name: string, options: { callTimeoutMs?: unknown }): number {
  const { callTimeoutMs: ms = DEFAULT_CALL_TIMEOUT_MS } = options;
  const isIt = typeof ms === 'number' && Number.isInteger(ms) && ms >= 1_000 && ms <= 600_000;
  if (isIt) return ms;
  const expected = 'expected callTimeoutMs to be an integer from 1,000 to 600,000';
  throw invalid(name, `${expected}, got ${shown(ms)}`);
}

function readWire(name: string, options: { wire?: unknown }): WireChoice {
  const { wire = 'lean' } = options;
  if (wire === 'lean' || wire === 'sdk') return wire;
  throw invalid(name, `expected wire to be "lean" or "sdk", got ${shown(wire)}`);
}

function refuseOthers(name: string, options: object, known: readonly string[]): void {
  const others = Object.keys(options).filter((key) => !known.includes(key));
  if (others.length === 0) return;
  throw invalid(name, `${known[0]} takes no other options beside it, got ${others.join(', ')}`);
}

function hasMethod(value: unknown, method: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Record<string, unknown>)[method] === 'function';
}

function invalid(name: string, problem: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: `connection "${name}"`, problems: [problem] });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null)
    return `an object of ${value.constructor?.name ?? 'no class'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}
