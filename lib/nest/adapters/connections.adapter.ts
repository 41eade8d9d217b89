import { GatewayError } from '../../contracts/index.js';
import type { QueueHandle, QueueOptions } from '../../contracts/index.js';
import {
  openConnection,
  Provisioner,
  QueueDirectory,
  QueueResources,
} from '../../queue-client/index.js';
import type { Connection, ConnectionOptions } from '../../queue-client/index.js';
import type { SqsModuleOptions } from '../module/sqs-module.options.js';
import { readAs } from '../read-as.js';
import type {
  AwaitedQueue,
  ConnectedService,
  OpenQueues,
  OpenQueuesSetup,
} from '../runtime-parts.js';
import { createCodecLookup, defaultFormat } from './formats.adapter.js';

/** Opens every connection that the options name. @throws InvalidOptionsError, MissingPackageError */
export async function openQueues(setup: OpenQueuesSetup): Promise<OpenQueues> {
  return new DirectoryQueues(setup, await openConnections(setup));
}

class DirectoryQueues implements OpenQueues {
  private readonly directory: QueueDirectory;
  private readonly provisioner: Provisioner;
  readonly resources: QueueResources;
  private readonly stop = new AbortController();

  constructor(
    private readonly setup: OpenQueuesSetup,
    private readonly opened: ReadonlyMap<string, Connection>,
  ) {
    const { options, clock, logger } = setup;
    const { queuePrefix = '', onMissingQueue } = options;
    const codecs = createCodecLookup(options.codecs);
    const shared = { connections: opened, queuePrefix, defaultFormat, codecs, logger };
    this.directory = new QueueDirectory(shared);
    const policy = onMissingQueue === undefined ? {} : { onMissingQueue };
    this.provisioner = new Provisioner({ directory: this.directory, clock, logger, ...policy });
    const { signal } = this.stop;
    this.resources = new QueueResources({ directory: this.directory, clock, logger, signal });
  }

  get connections(): ConnectedService[] {
    return [...this.opened.values()].map(({ name, region, embedded }) => {
      return { name, region, embeddedEndpoint: embedded?.endpoint };
    });
  }

  register(queue: QueueOptions): void {
    this.directory.register(queue);
  }

  find(queue: string, connection?: string): Promise<QueueHandle> {
    return this.directory.find(queue, connection);
  }

  provision(): Promise<void> {
    return this.provisioner.prepare();
  }

  await(queue: string, other?: string): AwaitedQueue {
    const own = this.directory.resolve(queue).options.onMissingQueue;
    const policy = own ?? this.setup.options.onMissingQueue;
    const ready = this.provisioner.whenReady(queue);
    const handle = ready.then((found) => readAs(found, { queue, other }, this.resources));
    if (policy !== 'wait') return { handle, mayStartWithout: false };
    return { handle: orSilence(handle), mayStartWithout: true };
  }

  async close(): Promise<void> {
    this.stop.abort();
    // Calls that are under way end with their connections, and whoever waits for queues with them.
    await Promise.all([this.provisioner.close(), closeAll([...this.opened.values()])]);
  }
}

/** Waiting that `close()` ended answers nobody: the worker that waited has drained, so it is no failure of its. */
async function orSilence(handle: Promise<QueueHandle>): Promise<QueueHandle> {
  try {
    return await handle;
  } catch (error) {
    if (error instanceof GatewayError && error.kind === 'aborted') return new Promise(() => {});
    throw error;
  }
}

async function openConnections(setup: OpenQueuesSetup): Promise<Map<string, Connection>> {
  const opened = new Map<string, Connection>();
  const { logger, clock } = setup;
  try {
    for (const [name, options] of namedConnections(setup.options)) {
      opened.set(name, await openConnection(name, options, { logger, clock }));
    }
    return opened;
  } catch (error) {
    await closeAll([...opened.values()]);
    throw error;
  }
}

/** Without any, the SDK's default chain: never the emulator. */
function namedConnections(options: SqsModuleOptions): [string, ConnectionOptions | undefined][] {
  const { connection, connections } = options;
  if (connections === undefined) return [['default', connection]];
  const named = Object.entries(connections);
  return connection === undefined ? named : [['default', connection], ...named];
}

async function closeAll(connections: readonly Connection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.close()));
}
