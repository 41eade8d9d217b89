import { ProducerClosedError } from '../../contracts/index.js';
import type { ProducerSetup, TaskProducer } from '../runtime-parts.js';

export function createProducer(_setup: ProducerSetup): TaskProducer {
  return {
    send: (task) => refuse(task.queue),
    sendMany: (task) => refuse(task.queue),
    sendRaw: (queue) => refuse(queue),
    async flush() {},
    async close() {},
  };
}

async function refuse(queue: string): Promise<never> {
  throw new ProducerClosedError({ queue });
}
