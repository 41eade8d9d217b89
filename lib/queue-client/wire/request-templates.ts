import type { SQSClient } from '@aws-sdk/client-sqs';
import { PromiseCache } from '../promise-cache.js';
import { commandFor, sendCommand, type Middleware } from '../sdk/hot-calls.js';
import type { CommandSender } from '../sdk/url-hosts.js';
import type { SigningScope } from './request-signer.js';

/** Where the requests for a queue go, and what all of them carry. */
export interface RequestTemplate {
  protocol: string;
  hostname: string;
  port: number | undefined;
  path: string;
  /** Without what depends on the call: target, length, signature. */
  headers: Record<string, string>;
  scope: SigningScope;
  /** True where this SDK tells its retry strategy of receives: without retries left they wait before they fail. */
  marksReceives: boolean;
}

export interface Place {
  readonly queueUrl: string;
  readonly key: string;
}

export interface RequestTemplatesSetup {
  client: SQSClient;
  sender: CommandSender;
  /** Appended to the SDK's own user agent. */
  userAgent: string;
}

/**
 * Asks the SDK itself how it would address a queue: a command runs through the client's middleware up to where it
 * would be signed, and the request is read there. So all rules for endpoints are the SDK's (FIPS, dual-stack, other
 * partitions, what the environment names, the host in the queue's URL), and so are the headers.
 */
export class RequestTemplates {
  private readonly cache = new PromiseCache<RequestTemplate | undefined>();

  constructor(private readonly setup: RequestTemplatesSetup) {}

  /** What decides on the template. Rejects with what the configuration's own functions reject with. */
  async placeOf(queueUrl: string): Promise<Place> {
    const { region, endpoint } = configOf(this.setup.client);
    // Both may be functions that answer otherwise later; of the queue's URL only the host counts.
    const facts = [originOf(queueUrl), await region(), endpoint && textOf(await endpoint())];
    return { queueUrl, key: facts.join(' ') };
  }

  /** Undefined where only the SDK can write such a request. */
  at({ queueUrl, key }: Place): Promise<RequestTemplate | undefined> {
    return this.cache.get(key, () => this.ask(queueUrl));
  }

  private async ask(queueUrl: string): Promise<RequestTemplate | undefined> {
    const config = configOf(this.setup.client);
    const { request, context } = await capture(this.setup.sender, queueUrl);
    if (!isPlain(request)) return undefined;
    const { protocol, hostname, port, path } = request;
    const headers = lowerCased(request.headers);
    headers['user-agent'] = `${headers['user-agent'] ?? ''} ${this.setup.userAgent}`.trim();
    for (const name of ofTheCall) delete headers[name];
    const scheme = context.endpointV2?.properties?.authSchemes?.[0];
    const scope = {
      region: config.signingRegion ?? scheme?.signingRegion ?? (await config.region()),
      service: config.signingName ?? scheme?.signingName ?? config.defaultSigningName ?? 'sqs',
    };
    const marksReceives = context['__retryLongPoll'] === true;
    return { protocol, hostname, port, path, headers, scope, marksReceives };
  }
}

const ofTheCall = ['x-amz-target', 'content-length'];

interface Captured {
  request: CapturedRequest;
  context: CapturedContext;
}

interface CapturedRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, unknown>;
  headers: Record<string, string>;
  username?: string;
}

interface CapturedContext {
  __retryLongPoll?: boolean;
  endpointV2?: {
    properties?: { authSchemes?: { signingRegion?: string; signingName?: string }[] };
  };
}

async function capture(sender: CommandSender, queueUrl: string): Promise<Captured> {
  let captured: Captured | undefined;
  const command = commandFor('ReceiveMessage', { QueueUrl: queueUrl });
  const middleware: Middleware = (_next, context) => async (args: { request: CapturedRequest }) => {
    captured = { request: args.request, context };
    return { response: {}, output: { $metadata: {} } };
  };
  // The last of those that build the request: the retry strategy is not asked, and nothing is signed or sent.
  command.middlewareStack.add(middleware, {
    step: 'build',
    priority: 'low',
    name: 'nestjsSqsTasksCapture',
  });
  await sendCommand(sender, command, undefined);
  if (captured === undefined) throw new Error('The SDK built no request.');
  return captured;
}

/** Query parameters and credentials in the endpoint are left to the SDK. */
function isPlain({ query = {}, username }: CapturedRequest): boolean {
  return Object.keys(query).length === 0 && username === undefined;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(entries) as Record<string, string>;
}

interface AddressConfig {
  region(): Promise<string>;
  endpoint?(): Promise<EndpointFacts>;
  signingRegion?: string;
  signingName?: string;
  defaultSigningName?: string;
}

interface EndpointFacts {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
}

function configOf(client: SQSClient): AddressConfig {
  return client.config;
}

function textOf({ protocol, hostname, port, path }: EndpointFacts): string {
  return `${protocol}//${hostname}:${port ?? ''}${path}`;
}

function originOf(queueUrl: string): string {
  const end = queueUrl.indexOf('/', queueUrl.indexOf('//') + 2);
  return end === -1 ? queueUrl : queueUrl.slice(0, end);
}
