import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { InvalidOptionsError, silentLogger, type SqsLogger } from '../../contracts/index.js';
import { containedLogger } from '../../primitives/contained-logger.js';
import { ASK_PARENT, askParent } from './ask-parent.js';
import type { MemoryServer } from '../memory/http/index.js';

export interface SqsEmbeddedSetup {
  /** @default none: nothing is written */
  logger?: SqsLogger;
  /** Where `SQS_EMBEDDED_URL` and `NODE_ENV` are read. @default process.env */
  env?: Record<string, string | undefined>;
}

/**
 * An SQS in this process, on 127.0.0.1 and a free port: no AWS account, and nothing left when the process ends. It is
 * the memory service, behind HTTP: SDKs of all languages can use it, as long as this process lives. Where `SQS_EMBEDDED_URL` is set, the one that another process started is joined instead; the workers of
 * `nestjs-sqs work --processes` join that of the command.
 */
export class SqsEmbedded {
  /**
   * @throws InvalidOptionsError where `SQS_EMBEDDED_URL` is not an http URL of this machine
   */
  static async start(setup: SqsEmbeddedSetup = {}): Promise<SqsEmbedded> {
    const env = setup.env ?? process.env;
    warnInProduction(env, containedLogger(setup.logger ?? silentLogger));
    const shared = env['SQS_EMBEDDED_URL'];
    if (shared === ASK_PARENT) return new SqsEmbedded(readSharedUrl(await askParent()));
    if (shared !== undefined && shared !== '') return new SqsEmbedded(readSharedUrl(shared));
    const server = await startServer();
    return new SqsEmbedded(server.endpoint, server);
  }

  /** Its region, whatever the environment says. */
  readonly region = 'us-east-1';
  private closing: Promise<void> | undefined;

  private constructor(
    /** Such as `http://127.0.0.1:40123`. */
    readonly endpoint: string,
    private readonly server?: MemoryServer,
  ) {}

  /** True where another process started it. */
  get isJoined(): boolean {
    return this.server === undefined;
  }

  /** What a client needs to reach it; the credentials are dummies. */
  clientConfig(): SQSClientConfig {
    return {
      endpoint: this.endpoint,
      region: this.region,
      credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
    };
  }

  /** Ends the emulator where this process started it. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.server?.close() ?? Promise.resolve();
    return this.closing;
  }
}

function warnInProduction(env: Record<string, string | undefined>, logger: SqsLogger): void {
  if (env['NODE_ENV'] !== 'production') return;
  logger.warn(
    'The embedded SQS is used with NODE_ENV=production: its messages live in memory and end with the process.',
  );
}

function readSharedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && loopbackHosts.has(url.hostname)) return url.origin;
  throw new InvalidOptionsError({
    where: 'SQS_EMBEDDED_URL',
    problems: [`expected an http URL of this machine such as http://127.0.0.1:4566, got "${text}"`],
  });
}

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Loaded only where it is used: it is no part of what a production app loads. */
async function startServer(): Promise<MemoryServer> {
  const { MemoryQueueService, MemoryServer } = await import('../memory/http/index.js');
  return MemoryServer.start({ service: new MemoryQueueService() });
}
