import { SQSClient } from '@aws-sdk/client-sqs';
import { silentLogger } from '../../lib/contracts/index.js';
import {
  openConnection,
  SqsEmbedded,
  type ConnectionOptions,
} from '../../lib/queue-client/index.js';
import { startFauxqs } from '../support/fauxqs.js';
import { fauxqsDifferences } from './fauxqs-differences.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';
import { realTime } from './real-time.js';

const startEmbedded = () => SqsEmbedded.start({ logger: silentLogger, env: {} });
const services = [
  { name: 'the embedded SQS', start: startEmbedded, suite: { concurrent: true } },
  {
    name: 'fauxqs',
    start: startFauxqs,
    suite: { concurrent: true, knownDifferences: fauxqsDifferences },
  },
];

for (const { name, start, suite } of services) {
  queueGatewaySuite(
    `wire on ${name}, through undici`,
    () => onService(start(), (config) => config),
    suite,
  );
  queueGatewaySuite(
    `wire on ${name}, through a client's request handler`,
    () => onService(start(), (config) => ({ client: new SQSClient(config) })),
    suite,
  );
}

type Config = ReturnType<SqsEmbedded['clientConfig']>;

async function onService(
  starting: Promise<Pick<SqsEmbedded, 'clientConfig' | 'close'>>,
  optionsFor: (config: Config) => ConnectionOptions,
) {
  const embedded = await starting;
  const options = optionsFor(embedded.clientConfig());
  const connection = await openConnection('default', options, { logger: silentLogger, env: {} });
  expect(connection.gateway.kind).toBe('wire');
  return {
    gateway: connection.gateway,
    advance: realTime,
    async close() {
      await connection.close();
      if ('client' in options) options.client.destroy();
      await embedded.close();
    },
  };
}
