import { SQSClient } from '@aws-sdk/client-sqs';
import { silentLogger } from '../../lib/contracts/index.js';
import {
  openConnection,
  SqsEmbedded,
  type ConnectionOptions,
} from '../../lib/queue-client/index.js';
import { fauxqsDifferences } from './fauxqs-differences.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';
import { realTime } from './real-time.js';

const suite = { concurrent: true, knownDifferences: fauxqsDifferences };

queueGatewaySuite('wire on fauxqs, through undici', () => onFauxqs((config) => config), suite);

queueGatewaySuite(
  "wire on fauxqs, through a client's request handler",
  () => onFauxqs((config) => ({ client: new SQSClient(config) })),
  suite,
);

type Config = ReturnType<SqsEmbedded['clientConfig']>;

async function onFauxqs(optionsFor: (config: Config) => ConnectionOptions) {
  const embedded = await SqsEmbedded.start({ logger: silentLogger, env: {} });
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
