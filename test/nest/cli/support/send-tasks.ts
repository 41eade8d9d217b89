import type { SqsEmbedded } from '../../../../lib/index.js';
import { silentLogger } from '../../../../lib/index.js';
import { createSqsClient } from '../../../../lib/queue-client/sdk/sdk-client.js';
import { SdkGateway } from '../../../../lib/queue-client/sdk/sdk-gateway.js';

/** As the fixtures' own options say. */
const VISIBILITY: Record<string, string> = { counts: '2' };

/** Sends the numbers from 0 to one below the count. */
export async function sendTasks(
  embedded: SqsEmbedded,
  queue: string,
  pattern: string,
  count: number,
): Promise<void> {
  const gateway = gatewayOf(embedded);
  const url = await gateway.createQueue(queue, {
    attributes: { VisibilityTimeout: VISIBILITY[queue] ?? '30' },
  });
  for (let from = 0; from < count; from += 10) {
    const entries = Array.from({ length: Math.min(10, count - from) }, (_, i) => ({
      body: JSON.stringify({ pattern, data: from + i }),
    }));
    await gateway.sendBatch(url, entries);
  }
  await gateway.close();
}

/** Messages that are in a queue, received ones too. */
export async function waitingIn(embedded: SqsEmbedded, queue: string): Promise<number> {
  const gateway = gatewayOf(embedded);
  const attributes = await gateway.getQueueAttributes(await gateway.getQueueUrl(queue));
  await gateway.close();
  const { ApproximateNumberOfMessages: ready, ApproximateNumberOfMessagesNotVisible: taken } =
    attributes;
  return Number(ready) + Number(taken);
}

function gatewayOf(embedded: SqsEmbedded): SdkGateway {
  return new SdkGateway({
    client: createSqsClient(embedded.clientConfig()),
    ownsClient: true,
    maxOpenReceives: 10,
    logger: silentLogger,
  });
}
