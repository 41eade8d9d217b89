import type { MessageFormat } from '../format.js';
import type { QueueGateway } from '../gateway.js';
import type { QueueOptions } from '../options/index.js';
import type { CreatedQueue, ListedQueue, QueueSelection } from './queues.js';
import type { DeadLetterSource } from './redriving.js';

/** Port: queues as resources, and what the app's own options say of them. */
export interface QueueResourcesPort {
  /** In front of every real name. */
  readonly queuePrefix: string;
  /** Every queue behind the prefix, in no order. */
  list(selection?: QueueSelection): AsyncIterable<ListedQueue>;
  /** @throws InvalidOptionsError before any request */
  create(options: QueueOptions): Promise<CreatedQueue>;
  /** Forgets what is known of a queue, for one that was deleted. */
  forget(queue: string, connection?: string): void;
  /** The service behind a connection. @throws UnknownNameError */
  gateway(connection?: string): QueueGateway;
  /** The queues whose dead letters come to this one, by what the service says. */
  sources(deadLetterQueue: string): Promise<DeadLetterSource[]>;
  /** Logical names of registered queues whose options send dead letters to this one. */
  registeredSources(deadLetterQueue: string): string[];
  /** How tasks lie in the messages of a queue by the app's options; undefined where they do not say. */
  formatOf(queue: string): MessageFormat | undefined;
}
