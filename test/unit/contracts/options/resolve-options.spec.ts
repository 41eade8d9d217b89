import { resolveProducerOptions } from '../../../../lib/contracts/options/resolve-producer-options.js';
import { resolveQueueOptions } from '../../../../lib/contracts/options/resolve-queue-options.js';

describe('resolveProducerOptions', () => {
  test('completes what is left out and keeps what is said', () => {
    expect(resolveProducerOptions({ maxAttempts: 2, codec: undefined })).toEqual({
      maxRequestsInFlight: 16,
      maxBufferedMessages: 10_000,
      maxAttempts: 2,
      codec: 'json',
      sendTimeoutMs: 30_000,
      closeTimeoutMs: 5_000,
      strictOrder: false,
    });
  });
});

describe('resolveQueueOptions', () => {
  test('takes a bare name as a queue as it is', () => {
    expect(resolveQueueOptions('emails')).toEqual({
      name: 'emails',
      isFifo: false,
      connection: 'default',
      visibilityTimeoutSeconds: undefined,
      retentionSeconds: undefined,
      delaySeconds: undefined,
      deadLetter: undefined,
      contentBasedDeduplication: undefined,
      highThroughput: false,
      priorities: 1,
      tags: {},
      attributes: {},
      onMissingQueue: 'error',
      format: undefined,
    });
  });

  test('completes dead letters', () => {
    const { deadLetter } = resolveQueueOptions({ name: 'a', deadLetter: { queue: 'dead' } });
    expect(deadLetter).toEqual({ queue: 'dead', maxReceiveCount: 5 });
  });

  test("lets a queue's own policy beat the module's", () => {
    const module = { onMissingQueue: 'create' } as const;
    expect(resolveQueueOptions('a', module).onMissingQueue).toBe('create');
    const own = resolveQueueOptions({ name: 'a', onMissingQueue: 'wait' }, module);
    expect(own.onMissingQueue).toBe('wait');
  });

  test('tells a FIFO queue by its name, URL or ARN', () => {
    expect(resolveQueueOptions('arn:aws:sqs:eu-west-1:1:orders.fifo').isFifo).toBe(true);
  });
});
