import { isDeepStrictEqual } from 'node:util';
import {
  InvalidOptionsError,
  levelName,
  QueueConflictError,
  type QueueOptions,
} from '../contracts/index.js';
import { logicalName, parseQueueAddress, withPrefix, type QueueAddress } from './queue-address.js';

export const DEFAULT_CONNECTION = 'default';

/** A queue as it was registered. */
export interface RegisteredQueue {
  /** Logical name, without prefix. */
  readonly name: string;
  readonly connection: string;
  /** The real place, prefix included. */
  readonly address: QueueAddress;
  readonly options: QueueOptions;
  /** The levels above it, where it has priorities: queues of their own with the same options. */
  readonly upperLevels: readonly RegisteredQueue[];
}

/** The queues that options name. A bare name is a reference and never redefines. */
export class QueueRegistry {
  private readonly definitions = new Map<string, RegisteredQueue>();
  private readonly references = new Set<string>();

  constructor(private readonly prefix: string) {}

  /**
   * @throws QueueConflictError for a queue that is registered with other options already
   * @throws InvalidOptionsError for a name that SQS would refuse
   */
  register(options: QueueOptions): void {
    const queue = this.read(options);
    if (isReference(options)) {
      this.references.add(queue.name);
      return;
    }
    for (const level of [queue, ...queue.upperLevels]) this.define(level);
  }

  /** Every registered queue; a reference that nothing defines is a queue with default options. */
  all(): RegisteredQueue[] {
    const defined = [...this.definitions.values()];
    const names = new Set(defined.map((queue) => queue.name));
    const others = [...this.references].filter((name) => !names.has(name));
    return [...defined, ...others.map((name) => this.read({ name }))];
  }

  /**
   * The registered queue of a logical name; where several connections have one, the default connection's.
   * @throws InvalidOptionsError where that leaves more than one
   */
  get(name: string, connection?: string): RegisteredQueue | undefined {
    if (connection !== undefined) return this.definitions.get(keyOf({ name, connection }));
    const preferred = this.definitions.get(keyOf({ name, connection: DEFAULT_CONNECTION }));
    return preferred ?? this.onlyOne(name);
  }

  /** A queue with default options, wherever it is. */
  read(options: QueueOptions): RegisteredQueue {
    const address = withPrefix(parseQueueAddress(options.name), this.prefix);
    return {
      name: logicalName(address.queueName, this.prefix),
      connection: options.connection ?? DEFAULT_CONNECTION,
      address,
      options,
      upperLevels: upperLevelsOf(options).map((level) => this.read(level)),
    };
  }

  private define(queue: RegisteredQueue): void {
    const key = keyOf(queue);
    const known = this.definitions.get(key);
    this.definitions.set(key, known === undefined ? queue : merge(known, queue));
  }

  private onlyOne(name: string): RegisteredQueue | undefined {
    const found = [...this.definitions.values()].filter((queue) => queue.name === name);
    if (found.length < 2) return found[0];
    const connections = found.map((queue) => `"${queue.connection}"`).join(', ');
    throw new InvalidOptionsError({
      where: `queue "${name}"`,
      problems: [`it is registered on the connections ${connections}: say which one is meant`],
    });
  }
}

function upperLevelsOf({ priorities = 1, ...shared }: QueueOptions): QueueOptions[] {
  const levels = Array.from({ length: priorities - 1 }, (_, index) => index + 1);
  return levels.map((level) => ({ ...shared, name: levelName(shared.name, level) }));
}

function keyOf(queue: { name: string; connection: string }): string {
  return `${queue.connection} ${queue.name}`;
}

/** Only a name that needs no explaining: a URL, an ARN or a connection says something of its own. */
function isReference(options: QueueOptions): boolean {
  if (detailsOf(options).length > 0 || options.connection !== undefined) return false;
  return parseQueueAddress(options.name).kind === 'name';
}

function detailsOf(options: QueueOptions): (keyof QueueOptions)[] {
  const keys = Object.keys(options) as (keyof QueueOptions)[];
  return keys.filter((key) => key !== 'name' && key !== 'connection' && options[key] !== undefined);
}

/** The same queue again: with nothing new to say, or with the very same. */
function merge(known: RegisteredQueue, again: RegisteredQueue): RegisteredQueue {
  const differences = isDeepStrictEqual(known.address, again.address)
    ? newsOf(known.options, again.options)
    : ['name'];
  if (differences.length > 0) throw new QueueConflictError({ queue: known.name, differences });
  return detailsOf(known.options).length > 0 ? known : again;
}

function newsOf(one: QueueOptions, other: QueueOptions): string[] {
  const isSilent = [one, other].some((options) => detailsOf(options).length === 0);
  return isSilent ? [] : differingOptions(one, other);
}

function differingOptions(one: QueueOptions, other: QueueOptions): string[] {
  const keys = [...new Set([...detailsOf(one), ...detailsOf(other)])];
  return keys.filter((key) => !isDeepStrictEqual(comparable(one, key), comparable(other, key)));
}

/** Two formats of one name are the same, though each call of its factory makes a new object. */
function comparable(options: QueueOptions, key: keyof QueueOptions): unknown {
  return key === 'format' ? options.format?.name : options[key];
}
