import { SQSClient } from '@aws-sdk/client-sqs';
import { silentLogger } from '../../lib/contracts/index.js';
import { SdkGateway, SqsEmbedded } from '../../lib/queue-client/index.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';
import { realTime } from './real-time.js';

queueGatewaySuite('sdk on fauxqs', setup, {
  concurrent: true,
  knownDifferences: new Map(),
});

async function setup() {
  const embedded = await SqsEmbedded.start({ logger: silentLogger, env: {} });
  const client = new SQSClient(embedded.clientConfig());
  const gateway = new SdkGateway({ client, ownsClient: true, logger: silentLogger });
  return {
    gateway,
    advance: realTime,
    async close() {
      await gateway.close();
      await embedded.close();
    },
  };
}
