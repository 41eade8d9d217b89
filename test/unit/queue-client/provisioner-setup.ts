import type { MissingQueuePolicy, QueueOptions } from '../../../lib/contracts/index.js';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { Provisioner, QueueDirectory } from '../../../lib/queue-client/index.js';
import { plainCodecs, plainFormat } from '../../support/plain-format.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { FakeGateway } from './fake-gateway.js';

/** A provisioner of these queues, with the prefix `p-`, over a fake service. */
export function setupProvisioner(queues: QueueOptions[], onMissingQueue?: MissingQueuePolicy) {
  const gateway = new FakeGateway();
  const logger = new RecordingLogger();
  const clock = new ManualClock();
  const connection = {
    name: 'default',
    gateway: gateway.asGateway(),
    region: 'eu-west-1',
    defaultMissingQueue: 'error' as const,
    async close() {},
  };
  const directory = new QueueDirectory({
    connections: new Map([['default', connection]]),
    queuePrefix: 'p-',
    defaultFormat: plainFormat(),
    codecs: plainCodecs,
    logger,
  });
  for (const queue of queues) directory.register(queue);
  const provisioner = new Provisioner({ directory, onMissingQueue, clock, logger });
  return { gateway, logger, clock, directory, provisioner };
}

/** A redrive policy to this queue after two receives. */
export function redriveTo(name: string): string {
  const deadLetterTargetArn = `arn:aws:sqs:eu-west-1:000000000000:${name}`;
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
}
