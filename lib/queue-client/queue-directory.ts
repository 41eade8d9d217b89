import {
  GatewayError,
  InvalidOptionsError,
  QueueNotFoundError,
  UnknownNameError,
  type CodecLookup,
  type DeadLetterHandle,
  type MessageFormat,
  type QueueGateway,
  type QueueHandle,
  type QueueLookup,
  type QueueOptions,
  type SqsLogger,
} from '../contracts/index.js';
import type { Connection } from './connect.js';
import { PromiseCache } from './promise-cache.js';
import {
  DEFAULT_MAX_RECEIVE_COUNT,
  OwnSizeLimit,
  readFlag,
  readRedrivePolicy,
  readSeconds,
  readSizeLimit,
  type QueueAttributeMap,
} from './queue-attributes.js';
import {
  accountOfUrl,
  identityOf,
  isFifoName,
  regionOfUrl,
  urlBeside,
  type QueueAddress,
} from './queue-address.js';
import { QueueRegistry, type RegisteredQueue } from './queue-registry.js';

export interface QueueDirectorySetup {
  /** By name; the one called `default` serves queues that name none. May be filled until the first `find()`. */
  connections: ReadonlyMap<string, Connection>;
  /** In front of every real name. @default '' */
  queuePrefix?: string;
  /** How tasks lie in messages of queues that say nothing else. */
  defaultFormat: MessageFormat;
  codecs: CodecLookup;
  logger: SqsLogger;
}

/** A queue that was found, with what SQS says of it; `attributes` is undefined where reading them is not allowed. */
export interface FoundQueue {
  readonly handle: QueueHandle;
  readonly attributes: QueueAttributeMap | undefined;
}

/** Knows the registered queues, and finds each queue once: by logical name, by URL or by ARN. */
export class QueueDirectory implements QueueLookup {
  private readonly registry: QueueRegistry;
  private readonly found = new PromiseCache<FoundQueue>();
  private readonly urls = new PromiseCache<string>();

  constructor(private readonly setup: QueueDirectorySetup) {
    this.registry = new QueueRegistry(setup.queuePrefix ?? '');
  }

  /**
   * Tells the directory of a queue. A bare name is a reference; the same options may come twice.
   * @throws QueueConflictError for other options than were registered before
   * @throws InvalidOptionsError for a name that SQS would refuse
   */
  register(options: QueueOptions): void {
    this.registry.register(options);
    // It may have been found before with default options; its URL stays what it was.
    this.found.forget(placeOf(this.registry.read(options)));
  }

  registered(): RegisteredQueue[] {
    return this.registry.all();
  }

  /**
   * @param queue logical name, URL or ARN; registered or not
   * @param connection where a name is registered on several. @default the one it is registered on, else 'default'
   * @throws QueueNotFoundError where it does not exist; the next call looks again
   */
  async find(queue: string, connection?: string): Promise<QueueHandle> {
    return (await this.inspect(queue, connection)).handle;
  }

  /** As `find`, with the attributes that were read. */
  async inspect(queue: string, connection?: string): Promise<FoundQueue> {
    const named = this.registry.read({ name: queue, connection });
    const registered = this.registry.get(named.name, connection);
    if (registered === undefined) return this.open(named);
    if (isMeant(named.address, registered.address)) return this.open(registered);
    return (await this.openIfSame(registered, named.address)) ?? this.open(named);
  }

  /** What a name means here, without asking the service. */
  resolve(queue: string, connection?: string): RegisteredQueue {
    const named = this.registry.read({ name: queue, connection });
    const registered = this.registry.get(named.name, connection);
    const isIt = registered !== undefined && isMeant(named.address, registered.address);
    return isIt ? registered : named;
  }

  /** What options mean here: a bare name is what is registered under it, anything more is as it says. */
  describe(options: QueueOptions): RegisteredQueue {
    const isBare = Object.keys(options).every((key) => key === 'name' || key === 'connection');
    if (isBare) return this.resolve(options.name, options.connection);
    return this.registry.read(options);
  }

  /** How tasks lie in the messages of a queue. */
  formatOf(queue: RegisteredQueue): MessageFormat {
    return queue.options.format ?? this.setup.defaultFormat;
  }

  /** In front of every real name. */
  get queuePrefix(): string {
    return this.setup.queuePrefix ?? '';
  }

  /** @throws UnknownNameError for a connection that was not configured */
  connectionNamed(name: string): Connection {
    const connection = this.setup.connections.get(name);
    if (connection !== undefined) return connection;
    throw new UnknownNameError({
      kind: 'connection',
      name,
      known: [...this.setup.connections.keys()],
      advice: 'Give it in connections.',
    });
  }

  /** As `find`, for what `registered()` gave. */
  open(queue: RegisteredQueue): Promise<FoundQueue> {
    return this.found.get(placeOf(queue), () => this.lookAt(queue));
  }

  /** The real URL; one request per queue, however many ask. */
  async urlOf(queue: RegisteredQueue): Promise<string> {
    const { address, connection } = queue;
    refuseOtherRegion(address, connection, this.connectionOf(queue).region);
    if (address.kind === 'url') return address.url;
    return this.urls.get(placeOf(queue), () => this.lookUp(queue));
  }

  /** Notes the URL of a queue that was just created. */
  rememberUrl(queue: RegisteredQueue, url: string): void {
    this.urls.set(placeOf(queue), url);
  }

  /** Forgets what was found, for a queue that was deleted or made anew. */
  forget(queue: RegisteredQueue): void {
    this.urls.forget(placeOf(queue));
    this.found.forget(placeOf(queue));
  }

  /** The dead-letter queue that a queue's options name, registered or not; on the same connection. */
  deadLetterOf(queue: RegisteredQueue): RegisteredQueue | undefined {
    const target = queue.options.deadLetter?.queue;
    if (target === undefined) return undefined;
    const named = this.registry.read({ name: target, connection: queue.connection });
    const registered = this.registry.get(named.name, queue.connection);
    const isIt = registered !== undefined && isMeant(named.address, registered.address);
    return isIt ? registered : beside(queue, named);
  }

  /** @throws UnknownNameError for a connection that was not configured */
  connectionOf(queue: RegisteredQueue): Connection {
    const connection = this.setup.connections.get(queue.connection);
    if (connection !== undefined) return connection;
    throw new UnknownNameError({
      kind: 'connection',
      name: queue.connection,
      known: [...this.setup.connections.keys()],
      advice: `Queue "${queue.name}" names it; give it in connections.`,
    });
  }

  /** A queue that is named by its URL is reached at the URL's host, unless the connection has an endpoint of its own. */
  private gatewayOf(queue: RegisteredQueue): QueueGateway {
    const { gateway, gatewayAt } = this.connectionOf(queue);
    const { address } = queue;
    return address.kind === 'url' ? (gatewayAt?.(address.url) ?? gateway) : gateway;
  }

  private async openIfSame(queue: RegisteredQueue, address: QueueAddress) {
    try {
      const found = await this.open(queue);
      return isUrlOf(address, found.handle.url) ? found : undefined;
    } catch (error) {
      if (error instanceof QueueNotFoundError) return undefined;
      throw error;
    }
  }

  private async lookAt(queue: RegisteredQueue): Promise<FoundQueue> {
    const url = await this.urlOf(queue);
    const attributes = await this.readAttributes(queue, url);
    return { handle: await this.toHandle(queue, url, attributes), attributes };
  }

  private async toHandle(
    queue: RegisteredQueue,
    url: string,
    attributes: QueueAttributeMap | undefined,
  ): Promise<QueueHandle> {
    const { options, address } = queue;
    const isFifo = isFifoName(address.queueName);
    const handle: QueueHandle = {
      name: queue.name,
      url,
      isFifo,
      gateway: this.gatewayOf(queue),
      format: this.formatOf(queue),
      codecs: this.setup.codecs,
      contentBasedDeduplication: isFifo
        ? (options.contentBasedDeduplication ?? readFlag(attributes?.['ContentBasedDeduplication']))
        : undefined,
      visibilityTimeoutSeconds:
        options.visibilityTimeoutSeconds ?? readSeconds(attributes?.['VisibilityTimeout']),
      sizeLimit: this.sizeLimitOf(queue, { url, attributes }),
      deadLetter: await this.deadLetterHandle(queue, attributes),
    };
    return queue.upperLevels.length === 0 ? handle : this.withLevels(handle, queue.upperLevels);
  }

  private sizeLimitOf(
    queue: RegisteredQueue,
    { url, attributes }: { url: string; attributes: QueueAttributeMap | undefined },
  ): OwnSizeLimit | undefined {
    const bytes = readSizeLimit(attributes) ?? readSizeLimit(queue.options.attributes);
    return bytes === undefined ? undefined : new OwnSizeLimit(bytes, this.gatewayOf(queue), url);
  }

  private async withLevels(
    handle: QueueHandle,
    upperLevels: readonly RegisteredQueue[],
  ): Promise<QueueHandle> {
    const found = await Promise.all(upperLevels.map((level) => this.open(level)));
    const levels = [handle, ...found.map((level) => level.handle)] as const;
    return Object.assign(handle, { levels });
  }

  private async deadLetterHandle(
    queue: RegisteredQueue,
    attributes: QueueAttributeMap | undefined,
  ): Promise<DeadLetterHandle | undefined> {
    const chosen = this.deadLetterOf(queue);
    const policy = readRedrivePolicy(attributes);
    if (chosen !== undefined) {
      const said = queue.options.deadLetter?.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT;
      // A queue that exists already is left as it is: SQS counts as its attribute says, whatever the options say.
      return this.toDeadLetter(chosen, policy?.maxReceiveCount ?? said);
    }
    if (policy === undefined) return undefined;
    return this.deadLetterByArn(queue, policy.arn, policy.maxReceiveCount);
  }

  /** The queue's own policy names it: not being able to find it is no reason to do without the queue. */
  private async deadLetterByArn(queue: RegisteredQueue, arn: string, maxReceiveCount: number) {
    try {
      return await this.toDeadLetter(this.neighbour(queue, arn), maxReceiveCount);
    } catch (error) {
      if (!(error instanceof QueueNotFoundError) && !isDenied(error)) throw error;
      this.setup.logger.warn('The dead-letter queue that SQS names for a queue cannot be found.', {
        queue: queue.name,
        deadLetterArn: arn,
        reason: error.message,
      });
      return undefined;
    }
  }

  /** SQS keeps a dead-letter queue in the account and region of its source, so that its name is enough. */
  private neighbour(queue: RegisteredQueue, arn: string): RegisteredQueue {
    const target = this.registry.read({ name: arn, connection: queue.connection });
    if (queue.address.kind === 'arn') return target;
    const { queueName } = target.address;
    return beside(queue, { ...target, address: { kind: 'name', queueName } });
  }

  private async toDeadLetter(target: RegisteredQueue, maxReceiveCount: number) {
    return {
      name: target.name,
      url: await this.urlOf(target),
      gateway: this.gatewayOf(target),
      isFifo: isFifoName(target.address.queueName),
      maxReceiveCount,
    };
  }

  private async lookUp(queue: RegisteredQueue): Promise<string> {
    const { address } = queue;
    const { gateway } = this.connectionOf(queue);
    const owner = address.kind === 'arn' ? { ownerAccountId: address.accountId } : undefined;
    try {
      return await gateway.getQueueUrl(address.queueName, owner);
    } catch (error) {
      throw this.asNotFound(queue, error);
    }
  }

  private async readAttributes(queue: RegisteredQueue, url: string) {
    try {
      return await this.gatewayOf(queue).getQueueAttributes(url);
    } catch (error) {
      if (!isDenied(error)) throw this.asNotFound(queue, error);
      this.setup.logger.debug('The attributes of a queue may not be read; its options are used.', {
        queue: queue.name,
        reason: error.message,
      });
      return undefined;
    }
  }

  private asNotFound(queue: RegisteredQueue, error: unknown): unknown {
    if (!(error instanceof GatewayError) || error.kind !== 'queue-not-found') return error;
    const { region } = this.connectionOf(queue);
    return new QueueNotFoundError({ queue: queue.address.queueName, region, cause: error });
  }
}

/** What tells real queues apart: the key under which they are found once. */
export function placeOf({ connection, address }: RegisteredQueue): string {
  if (address.kind === 'url') return `${connection} ${address.url}`;
  const owner = address.kind === 'arn' ? address.accountId : '';
  return `${connection} ${owner} ${address.queueName}`;
}

/**
 * A bare name beside a queue that is named by its URL is of the same service, region and account: looked up by the
 * connection it might be a queue of the same name somewhere else.
 */
function beside({ address: source }: RegisteredQueue, named: RegisteredQueue): RegisteredQueue {
  if (source.kind !== 'url' || named.address.kind !== 'name') return named;
  const { queueName } = named.address;
  return { ...named, address: { kind: 'url', queueName, url: urlBeside(source.url, queueName) } };
}

/** A bare name means whatever is registered under it; a URL or an ARN means that very queue. */
function isMeant(named: QueueAddress, registered: QueueAddress): boolean {
  const identity = identityOf(named);
  return identity === undefined || identity === identityOf(registered);
}

/** Whether a URL that was looked up is that of a queue which is named by URL or ARN. */
function isUrlOf(address: QueueAddress, url: string): boolean {
  const found: QueueAddress = { kind: 'url', queueName: address.queueName, url };
  if (identityOf(address) === identityOf(found)) return true;
  // Emulators name no region in their URLs.
  const isOfAws = regionOfUrl(url) !== undefined;
  return address.kind === 'arn' && !isOfAws && accountOfUrl(url) === address.accountId;
}

function isDenied(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError)) return false;
  return error.kind === 'access-denied' || error.kind === 'unsupported';
}

/** Requests are signed for the connection's region: another one would refuse them, or has a queue of the same name. */
function refuseOtherRegion(address: QueueAddress, connection: string, region: string | undefined) {
  const named = regionIn(address);
  if (named === undefined || region === undefined || named === region) return;
  const what = address.kind === 'arn' ? 'ARN' : 'URL';
  throw new InvalidOptionsError({
    where: `queue "${address.queueName}"`,
    problems: [
      `its ${what} is of ${named}, but connection "${connection}" is in ${region}; give it a connection of its region`,
    ],
  });
}

function regionIn(address: QueueAddress): string | undefined {
  if (address.kind === 'arn') return address.region;
  return address.kind === 'url' ? regionOfUrl(address.url) : undefined;
}
