import { resolveProducerOptions } from '../../contracts/options/resolve-producer-options.js';
import { Producer } from '../../producer/index.js';
import type { ProducerSetup, TaskProducer } from '../runtime-parts.js';

export function createProducer(setup: ProducerSetup): TaskProducer {
  const { options, ...parts } = setup;
  return new Producer({
    ...parts,
    options: resolveProducerOptions(options.producer),
    serviceName: options.serviceName,
  });
}
