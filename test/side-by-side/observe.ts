import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import * as undici from 'undici';
import {
  SdkCalls,
  type HotCalls,
  type HotInputs,
  type HotOperation,
} from '../../lib/queue-client/sdk/hot-calls.js';
import { ClientTransport } from '../../lib/queue-client/wire/client-transport.js';
import { UndiciTransport } from '../../lib/queue-client/wire/undici-transport.js';
import { WireCalls } from '../../lib/queue-client/wire/wire-calls.js';
import type { Answer, ScriptedService, SeenRequest } from './scripted-service.js';

export type Line = 'sdk' | 'handler' | 'undici';

export interface Case {
  name: string;
  answers: readonly Answer[];
  /** @default a receive */
  call?: {
    [O in HotOperation]: { operation: O; input: Omit<HotInputs[O], 'QueueUrl'> };
  }[HotOperation];
  config?: SQSClientConfig;
  /** Appended to the endpoint. */
  path?: string;
  /** Aborted `before` the call, or when the service has seen its `first` request. */
  abort?: 'before' | 'first';
  /** Milliseconds; of the client. */
  timeoutMs?: number;
  /** Network errors are worded by who speaks HTTP; their names and codes are compared. */
  isAboutNetwork?: boolean;
  /** True where no time passes, as far as dates tell. */
  hasFrozenClock?: boolean;
  /** True where the lean path leaves the call to the SDK from the start. */
  isLeft?: boolean;
}

/** All that a caller, the service and the retry strategy notice of a call. */
export interface Observation {
  output?: unknown;
  error?: Record<string, unknown>;
  requests: object[];
  retries: object[];
  scopes: string[];
  /** In minutes. */
  clockOffset: number;
}

/** What names the lean path's requests. */
const USER_AGENT = 'lib/nestjs-sqs-tasks#0';

export function isLean(request: SeenRequest | undefined): boolean {
  return request?.headers['user-agent']?.endsWith(USER_AGENT) === true;
}

/** Makes a case's call by one line and notes what is seen. */
export async function observe(
  line: Line,
  service: ScriptedService,
  each: Case,
): Promise<Observation> {
  const retries = await RecordedRetries.of(each.config?.maxAttempts);
  const client = new SQSClient({
    endpoint: `${service.endpoint}${each.path ?? ''}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' },
    ...each.config,
    retryStrategy: retries as never,
    requestHandler: handlerOptions(each),
  });
  const calls = callsBy(line, client, each.timeoutMs ?? 10_000);
  const { operation, input } = each.call ?? { operation: 'ReceiveMessage', input: {} };
  if (each.hasFrozenClock === true) vi.useFakeTimers({ toFake: ['Date'] });
  const aborter = new AbortController();
  if (each.abort === 'before') aborter.abort();
  service.play(each.answers, () => each.abort === 'first' && aborter.abort());
  const url = `${service.endpoint}/000000000000/emails`;
  const signal = each.abort === undefined ? undefined : aborter.signal;
  const ended = await endOf(calls.call(operation, { QueueUrl: url, ...input }, signal), each);
  vi.useRealTimers();
  await calls.close();
  client.destroy();
  return {
    ...ended,
    requests: service.seen.map(meaningOf),
    // Whether the retry strategy hears of what the caller gave up is of no consequence.
    retries: each.abort === undefined ? retries.seen : [],
    scopes: [...retries.scopes],
    clockOffset: Math.abs(Math.round(client.config.systemClockOffset / 60_000)),
  };
}

/** Makes as many receives at once with one client. */
export async function atOnce(
  line: Line,
  endpoint: string,
  count: number,
): Promise<PromiseSettledResult<object>[]> {
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
  const client = new SQSClient({ endpoint, region: 'eu-west-1', credentials });
  const calls = callsBy(line, client, 10_000);
  const input = { QueueUrl: `${endpoint}/000000000000/emails` };
  const made = Array.from({ length: count }, () => calls.call('ReceiveMessage', input));
  const ended = await Promise.allSettled(made);
  await calls.close();
  client.destroy();
  return ended;
}

function handlerOptions({ timeoutMs }: Case): object {
  return timeoutMs === undefined ? {} : { requestTimeout: timeoutMs, throwOnRequestTimeout: true };
}

function callsBy(line: Line, client: SQSClient, answerTimeoutMs: number): HotCalls {
  if (line === 'sdk') return new SdkCalls(client);
  const timeouts = { connectTimeoutMs: 10_000, answerTimeoutMs };
  const transport =
    line === 'handler' ? new ClientTransport(client) : new UndiciTransport({ undici, ...timeouts });
  return new WireCalls({ client, transport, userAgent: USER_AGENT });
}

async function endOf(
  call: Promise<object>,
  { isAboutNetwork = false }: Case,
): Promise<Pick<Observation, 'output' | 'error'>> {
  try {
    const { $metadata: _, ...output } = (await call) as { $metadata?: unknown };
    return { output };
  } catch (error) {
    return { error: factsOf(error as Error, isAboutNetwork) };
  }
}

function factsOf(error: Error, isAboutNetwork: boolean): Record<string, unknown> {
  const { $metadata, ...own } = error as unknown as Record<string, unknown>;
  const { syscall: _s, errno: _e, address: _a, port: _p, cause: _c, ...telling } = own;
  return {
    ...telling,
    name: error.name,
    class: error.constructor.name,
    code: own['code'],
    message: isAboutNetwork ? 'of the network' : error.message,
    // Without what is undefined: an answer that broke off has no ids on either line.
    metadata:
      own['name'] === 'AbortError' ? {} : (JSON.parse(JSON.stringify($metadata ?? {})) as unknown),
  };
}

/** A request without what differs by nature: ids, times, lengths that follow from them, and how programs name themselves. */
function meaningOf({ path, headers, body }: SeenRequest): object {
  const { authorization = '', ...rest } = headers;
  for (const name of ofOneRequest) delete rest[name];
  const [, scope, names, signature] =
    /Credential=(.*), SignedHeaders=(.*), Signature=([0-9a-f]{64})$/.exec(authorization) ?? [];
  // The day is the clock's, which may be corrected between two requests.
  const credential = scope?.replace(/\/\d{8}\//, '/day/');
  return { path, headers: rest, body, credential, names, isSigned: signature !== undefined };
}

const ofOneRequest = [
  'amz-sdk-invocation-id',
  'x-amz-date',
  'user-agent',
  'connection',
  'content-length',
  'transfer-encoding',
  'x-amz-content-sha256',
];

interface Strategy {
  mode: string;
  acquireInitialRetryToken(scope?: string): Promise<unknown>;
  refreshRetryTokenForRetry(token: unknown, info: RetryInfo): Promise<unknown>;
  recordSuccess(token: unknown): void;
}

interface RetryInfo {
  errorType: string;
  retryAfterHint?: Date;
}

/** The SDK's own strategy, and what it was told. */
class RecordedRetries implements Strategy {
  static async of(maxAttempts: SQSClientConfig['maxAttempts'] = 3): Promise<RecordedRetries> {
    const usual = new SQSClient({ region: 'eu-west-1', maxAttempts, retryMode: 'standard' });
    const strategy = await usual.config.retryStrategy();
    return new RecordedRetries(strategy as unknown as Strategy);
  }

  readonly seen: object[] = [];
  readonly scopes = new Set<string>();

  constructor(private readonly strategy: Strategy) {}

  get mode(): string {
    return this.strategy.mode;
  }

  acquireInitialRetryToken(scope?: string): Promise<unknown> {
    this.scopes.add(scope ?? '');
    return this.strategy.acquireInitialRetryToken(scope ?? '');
  }

  refreshRetryTokenForRetry(token: unknown, info: RetryInfo): Promise<unknown> {
    const hasHint = info.retryAfterHint !== undefined;
    this.seen.push({ errorType: info.errorType, hasHint });
    return this.strategy.refreshRetryTokenForRetry(token, info);
  }

  recordSuccess(token: unknown): void {
    this.seen.push({ success: true });
    this.strategy.recordSuccess(token);
  }
}
