import {
  DEAD_LETTER_SOURCE,
  GatewayError,
  QueueNotFoundError,
  type QueueHandle,
  type QueueLookup,
  type ReceivedMessage,
} from '../../contracts/index.js';

export interface DestinationsParts {
  readonly queues: QueueLookup;
  /** Where everything goes; undefined: each message to where it came from. */
  readonly to: QueueHandle | undefined;
  /** Logical names of the queues whose dead letters come here. */
  readonly sources: readonly string[];
}

/** Says where each dead letter goes back to; undefined where nobody knows. */
export class Destinations {
  constructor(private readonly parts: DestinationsParts) {}

  async of(message: ReceivedMessage): Promise<QueueHandle | undefined> {
    const { to, queues } = this.parts;
    if (to !== undefined) return to;
    const name = this.nameFor(message);
    if (name === undefined) return undefined;
    try {
      return await queues.find(name);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  private nameFor({ systemAttributes, attributes }: ReceivedMessage): string | undefined {
    const { sources } = this.parts;
    const arn = systemAttributes.DeadLetterQueueSourceArn;
    if (arn !== undefined) return arn;
    const said = attributes[DEAD_LETTER_SOURCE]?.stringValue;
    // Anybody may have written this attribute: it chooses among the queues whose dead letters come here, and no other.
    if (said !== undefined && sources.includes(said)) return said;
    return sources.length === 1 ? sources[0] : undefined;
  }
}

function isGone(error: unknown): boolean {
  if (error instanceof QueueNotFoundError) return true;
  return error instanceof GatewayError && error.kind === 'queue-not-found';
}
