import {
  QueueNotFoundError,
  silentLogger,
  type QueueHandle,
  type QueueLookup,
  type ResolvedProducerOptions,
} from '../../lib/contracts/index.js';
import { PRODUCER_DEFAULTS } from '../../lib/contracts/options/defaults.js';
import { ManualClock } from '../../lib/primitives/manual-clock.js';
import { Producer, type ProducerParts } from '../../lib/producer/index.js';
import { createCodecLookup, nativeFormat } from '../../lib/serialization/index.js';
import { FakeGateway } from './fake-gateway.js';

export interface ProducerSetup extends Partial<Omit<ProducerParts, 'options'>> {
  options?: Partial<ResolvedProducerOptions>;
  /** Facts about queues by name; any other name is a queue too, FIFO where it ends so. */
  handles?: Record<string, Partial<QueueHandle>>;
}

/** A producer on a fake service, with a clock of the test's own and pauses that are always their longest. */
export function setupProducer({ options, handles = {}, ...parts }: ProducerSetup = {}) {
  const gateway = new FakeGateway();
  const clock = new ManualClock();
  const lookups: string[] = [];
  const queues = fakeQueues(gateway, handles, lookups);
  const producer = new Producer({
    queues,
    interceptors: [],
    options: { ...DEFAULTS, ...options },
    clock,
    logger: silentLogger,
    random: () => 1,
    ...parts,
  });
  return { producer, gateway, clock, lookups };
}

const DEFAULTS: ResolvedProducerOptions = PRODUCER_DEFAULTS;

function fakeQueues(
  gateway: FakeGateway,
  handles: Record<string, Partial<QueueHandle>>,
  lookups: string[],
): QueueLookup {
  return {
    async find(name) {
      lookups.push(name);
      if (name === 'missing') throw new QueueNotFoundError({ queue: name });
      return { ...fakeHandle(gateway, name), ...handles[name] };
    },
  };
}

export function fakeHandle(gateway: FakeGateway, name: string): QueueHandle {
  return {
    name,
    url: `https://sqs.test/1/${name}`,
    isFifo: name.endsWith('.fifo'),
    gateway: gateway.asGateway,
    format: nativeFormat,
    codecs: createCodecLookup(),
    contentBasedDeduplication: false,
    visibilityTimeoutSeconds: 30,
    deadLetter: undefined,
  };
}

export function bodyOf(data: unknown, pattern = 'p'): string {
  return JSON.stringify({ pattern, data });
}
