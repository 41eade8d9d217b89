import { SQSClient } from '@aws-sdk/client-sqs';
import { silentLogger } from '../../lib/contracts/index.js';
import { SdkGateway, SqsEmbedded } from '../../lib/queue-client/index.js';
import { fauxqsDifferences } from './fauxqs-differences.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';
import { realTime } from './real-time.js';

queueGatewaySuite('sdk on fauxqs', onFauxqs, {
  concurrent: true,
  knownDifferences: fauxqsDifferences,
});

// Any other service, AWS's own too: credentials and region come from where the SDK looks for them.
const endpoint = process.env['SQS_CONFORMANCE_ENDPOINT'];
if (endpoint !== undefined) {
  queueGatewaySuite(`sdk on ${endpoint}`, () => on(new SQSClient({ endpoint })), {
    concurrent: true,
  });
}

async function onFauxqs() {
  const embedded = await SqsEmbedded.start({ logger: silentLogger, env: {} });
  const target = on(new SQSClient(embedded.clientConfig()));
  return {
    ...target,
    async close() {
      await target.close();
      await embedded.close();
    },
  };
}

function on(client: SQSClient) {
  const gateway = new SdkGateway({ client, ownsClient: true, logger: silentLogger });
  return { gateway, advance: realTime, close: () => gateway.close() };
}
