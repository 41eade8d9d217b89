import { setTimeout as pause } from 'node:timers/promises';
import type { CallOptions, QueueGateway, ReceivedMessage, ReceiveRequest } from 'nestjs-sqs-tasks';

/** A queue service whose queues exist and stay empty: what a worker holds for them is the library's alone. */
export function heldGateway(): QueueGateway & { openCount: number } {
  const gateway = {
    kind: 'held',
    openCount: 0,
    getQueueUrl: async (name: string) => `https://held.invalid/000000000000/${name}`,
    getQueueAttributes: async (url: string) => ({ VisibilityTimeout: '30', QueueArn: arnOf(url) }),
    async receive(_url: string, request: ReceiveRequest, options: CallOptions = {}) {
      gateway.openCount += 1;
      try {
        await pause(request.waitTimeSeconds * 1000, undefined, { signal: options.signal });
        return [] as ReceivedMessage[];
      } finally {
        gateway.openCount -= 1;
      }
    },
    sendBatch: () => Promise.reject(new Error('Nothing is sent to an idle queue')),
    async close() {},
  };
  return gateway as unknown as QueueGateway & { openCount: number };
}

function arnOf(url: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${url.slice(url.lastIndexOf('/') + 1)}`;
}
