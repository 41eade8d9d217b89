import type { FactoryProvider } from '@nestjs/common';
import type { QueueOptions } from '../../contracts/index.js';
import { getSqsQueueToken } from '../decorators/inject-queue.decorator.js';
import { SqsRuntime } from '../sqs.runtime.js';
import { SqsQueue } from './sqs.queue.js';

export type QueueReference = string | QueueOptions;

/** One injection token per queue; making it tells the runtime of the queue. */
export function queueProviders(queues: readonly QueueReference[]): FactoryProvider<SqsQueue>[] {
  return queues.map(queueProvider);
}

function queueProvider(queue: QueueReference): FactoryProvider<SqsQueue> {
  const { name, connection } = typeof queue === 'string' ? { name: queue } : queue;
  return {
    provide: getSqsQueueToken(name, connection),
    inject: [SqsRuntime],
    useFactory: (runtime: SqsRuntime) => {
      runtime.registerQueue(queue);
      return new SqsQueue(runtime, name);
    },
  };
}
