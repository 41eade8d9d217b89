import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { InvalidOptionsError, silentLogger, type SqsLogger } from '../../contracts/index.js';
import { containedLogger } from '../../primitives/contained-logger.js';
import { ASK_PARENT, askParent } from './ask-parent.js';
import { loadFauxqs, type EmulatorApp, type EmulatorModule } from './load-fauxqs.js';

export interface SqsEmbeddedSetup {
  /** @default none: nothing is written */
  logger?: SqsLogger;
  /** Where `SQS_EMBEDDED_URL` and `NODE_ENV` are read. @default process.env */
  env?: Record<string, string | undefined>;
  /** Loads the emulator. @default the optional package `fauxqs` */
  load?: () => Promise<EmulatorModule>;
}

/**
 * An SQS in this process, on 127.0.0.1 and a free port: no AWS account, and nothing left when the process ends.
 * Where `SQS_EMBEDDED_URL` is set, the one that another process started is joined instead; the workers of
 * `nestjs-sqs work --processes` join that of the command.
 */
export class SqsEmbedded {
  /**
   * @throws MissingPackageError where `fauxqs` is not installed
   * @throws InvalidOptionsError where `SQS_EMBEDDED_URL` is not an http URL of this machine
   */
  static async start(setup: SqsEmbeddedSetup = {}): Promise<SqsEmbedded> {
    const env = setup.env ?? process.env;
    warnInProduction(env, containedLogger(setup.logger ?? silentLogger));
    const shared = env['SQS_EMBEDDED_URL'];
    if (shared === ASK_PARENT) return new SqsEmbedded(readSharedUrl(await askParent()));
    if (shared !== undefined && shared !== '') return new SqsEmbedded(readSharedUrl(shared));
    return startEmulator(
      setup.load ?? loadFauxqs,
      (endpoint, app) => new SqsEmbedded(endpoint, app),
    );
  }

  /** Its region, whatever the environment says. */
  readonly region = 'us-east-1';
  private closing: Promise<void> | undefined;

  private constructor(
    /** Such as `http://127.0.0.1:40123`. */
    readonly endpoint: string,
    private readonly app?: EmulatorApp,
  ) {}

  /** True where another process started it. */
  get isJoined(): boolean {
    return this.app === undefined;
  }

  /** What a client needs to reach it; the credentials are dummies. */
  clientConfig(): SQSClientConfig {
    return {
      endpoint: this.endpoint,
      region: this.region,
      credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
    };
  }

  /** Ends the emulator where this process started it. Twice is the same as once. */
  close(): Promise<void> {
    this.closing ??= closeEmulator(this.app);
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

async function startEmulator<T>(
  load: () => Promise<EmulatorModule>,
  make: (endpoint: string, app: EmulatorApp) => T,
): Promise<T> {
  const { buildApp } = await load();
  const app = buildApp({ logger: false });
  // Named, as the emulator's own start function listens on every interface.
  return make(await app.listen({ host: '127.0.0.1', port: 0 }), app);
}

async function closeEmulator(app: EmulatorApp | undefined): Promise<void> {
  await app?.close();
}
