import type { MessageFormat, TaskPacket } from '../contracts/format.js';
import type { SqsLogger } from '../contracts/logger.js';
import type { QueueHandle } from '../contracts/queue-handle.js';

type Part = NonNullable<MessageFormat['leavesOut']>[number];

/** Says once per queue what the messages of its format have no room for. */
export class LeftOut {
  private readonly said = new Set<string>();

  constructor(private readonly logger: SqsLogger) {}

  /** @param queue logical name, whatever the level */
  check(queue: string, { format }: QueueHandle, packet: TaskPacket): void {
    for (const part of format.leavesOut ?? []) {
      if (packet[part] !== undefined) this.sayOnce(queue, format.name, part, packet[part]);
    }
  }

  private sayOnce(queue: string, format: string, part: Part, values: object): void {
    const key = `${part} ${queue}`;
    if (this.said.has(key)) return;
    this.said.add(key);
    this.logger.warn(
      `Queue "${queue}" has the format "${format}", whose messages have no room for ${names[part]}: it is left out of ` +
        `every task that is sent there. This is said once for each queue.`,
      { queue, format, keys: Object.keys(values) },
    );
  }
}

const names: Record<Part, string> = {
  context: 'a task context',
  meta: 'the meta of another format',
};
