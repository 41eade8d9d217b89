import { hash } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { RetryStrategy } from './wire-calls.js';

type Env = Record<string, string | undefined>;

/**
 * Why a client's calls have to go through its own `send()`; undefined where the lean path does the same. Whatever is
 * not known to be the SDK's default counts against the lean path.
 */
export async function whySdk(client: SQSClient, env: Env): Promise<string | undefined> {
  if (!isWholeClient(client)) return 'the client lacks parts of an SQSClient that are needed';
  const usual = new SQSClient({ region: 'us-east-1' });
  try {
    const reasons = objections(client, usual, env);
    const reason = reasons.find(([applies]) => applies)?.[1];
    return reason ?? (await whyRetriesNeedSdk(client));
  } finally {
    usual.destroy();
  }
}

type Objection = [applies: boolean, reason: string];

function objections(client: SQSClient, usual: SQSClient, env: Env): Objection[] {
  const [own, theirs] = [factsOf(client), factsOf(usual)];
  return [
    [!/resolveMiddleware/.test(sourceOf(client.send)), 'the send() of the client was replaced'],
    [!isSameList(own.stack, theirs.stack), 'the client has middleware of its own'],
    [own.signer !== theirs.signer, 'the client has a signer of its own'],
    [own.signerClass !== undefined, 'the client has a signer of its own'],
    [!isSameList(own.schemes, theirs.schemes), 'the client has auth schemes of its own'],
    [own.schemeProvider !== theirs.schemeProvider, 'the client has auth schemes of its own'],
    [own.protocol !== theirs.protocol, 'the client speaks another protocol than AWS JSON'],
    [own.logger !== theirs.logger, 'the client logs its calls'],
    [
      env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined,
      'AWS Lambda finds loops by a header of the SDK',
    ],
    [!canDigest(), 'this Node has no MD5'],
  ];
}

/** Facts of a client that tell whether it was changed; by identity, so another copy of the SDK counts as changed. */
function factsOf(client: SQSClient) {
  const config = client.config as unknown as Record<string, unknown>;
  const schemes = (config['httpAuthSchemes'] ?? []) as { schemeId: string; signer: object }[];
  return {
    stack: client.middlewareStack.identify(),
    signer: sourceOf(config['signer']),
    signerClass: config['signerConstructor'],
    schemes: schemes.flatMap(({ schemeId, signer }) => [schemeId, signer?.constructor]),
    schemeProvider: config['httpAuthSchemeProvider'],
    protocol: (config['protocol'] as object | undefined)?.constructor,
    logger: (config['logger'] as object | undefined)?.constructor,
  };
}

async function whyRetriesNeedSdk(client: SQSClient): Promise<string | undefined> {
  const strategy = (await client.config.retryStrategy()) as unknown as Partial<RetryStrategy>;
  const isUsable =
    isFunction(strategy.acquireInitialRetryToken) && isFunction(strategy.recordSuccess);
  if (!isUsable) return 'the retry strategy of the client is of the old kind';
  return strategy.mode === 'adaptive' ? 'the client retries adaptively' : undefined;
}

/** Little of the resolved configuration is documented, so each part is looked for before it is used. */
function isWholeClient(client: SQSClient): boolean {
  const { config, middlewareStack } = client as Partial<SQSClient>;
  if (config === undefined || !isFunction(middlewareStack?.identify)) return false;
  const parts = config as unknown as Record<string, unknown>;
  const handler = parts['requestHandler'] as { handle?: unknown } | undefined;
  const functions = ['region', 'credentials', 'retryStrategy', 'maxAttempts', 'streamCollector'];
  const hasFunctions = functions.every((name) => isFunction(parts[name]));
  return (
    hasFunctions && isFunction(handler?.handle) && typeof parts['systemClockOffset'] === 'number'
  );
}

function canDigest(): boolean {
  try {
    return hash('md5', '') !== '';
  } catch {
    return false;
  }
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function sourceOf(value: unknown): string {
  return typeof value === 'function' ? Function.prototype.toString.call(value) : '';
}
