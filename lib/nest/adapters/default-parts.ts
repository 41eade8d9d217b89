import { moduleSchema, validateOptions } from '../../contracts/options/schema/index.js';
import { systemClock } from '../../primitives/system-clock.js';
import { logicalName, parseQueueAddress } from '../../queue-client/index.js';
import type { RuntimeParts } from '../runtime-parts.js';
import { openQueues } from './connections.adapter.js';
import { createWorker, resolveWorker } from './engine.adapter.js';
import { createProducer } from './producer.adapter.js';

/** Joined to the connections, the producer and the engine. */
export const defaultParts: RuntimeParts = {
  clock: systemClock,
  validate: (options) => void validateOptions('SqsModule', moduleSchema, options),
  openQueues,
  createProducer,
  createWorker,
  resolveWorker,
  nameOf: (queue, queuePrefix = '') => logicalName(parseQueueAddress(queue).queueName, queuePrefix),
};
