import { SQSClient } from '@aws-sdk/client-sqs';
import { silentLogger } from '../../lib/contracts/index.js';
import { SdkGateway, SqsEmbedded } from '../../lib/queue-client/index.js';
import { startFauxqs } from '../support/fauxqs.js';
import { fauxqsDifferences } from './fauxqs-differences.js';
import { queueGatewaySuite } from './queue-gateway.suite.js';
import { realTime } from './real-time.js';

queueGatewaySuite('sdk on the embedded SQS', () => onService(startEmbedded()), {
  concurrent: true,
});

queueGatewaySuite('sdk on fauxqs', () => onService(startFauxqs()), {
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

function startEmbedded(): Promise<SqsEmbedded> {
  return SqsEmbedded.start({ logger: silentLogger, env: {} });
}

async function onService(starting: Promise<Pick<SqsEmbedded, 'clientConfig' | 'close'>>) {
  const service = await starting;
  const target = on(new SQSClient(service.clientConfig()));
  return {
    ...target,
    async close() {
      await target.close();
      await service.close();
    },
  };
}

function on(client: SQSClient) {
  const gateway = new SdkGateway({ client, ownsClient: true, logger: silentLogger });
  return { gateway, advance: realTime, close: () => gateway.close() };
}
