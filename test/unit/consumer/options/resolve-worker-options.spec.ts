import type { WorkerOptions } from '../../../../lib/contracts/index.js';
import { resolveWorkerOptions } from '../../../../lib/consumer/options/resolve-worker-options.js';
import { discard, retry } from '../../../../lib/consumer/retry/index.js';

function prefetchOf(options: WorkerOptions): number {
  return resolveWorkerOptions(options).defaults.prefetch;
}

describe('resolveWorkerOptions', () => {
  test('completes everything', () => {
    const { queues, defaults, drainTimeoutMs, stopWhen } = resolveWorkerOptions();
    expect(queues).toBeUndefined();
    expect(drainTimeoutMs).toBe(20_000);
    const facts = { endedCount: 1e6, runningCount: 0, idleMs: 1e9, areQueuesEmpty: false };
    expect(stopWhen.start().shouldStop(facts)).toBe(false);
    const policy = { kind: 'retry', backoff: expect.any(Function) };
    expect(defaults).toEqual({
      concurrency: 10,
      prefetch: 10,
      waitTimeSeconds: 20,
      visibilityTimeoutSeconds: undefined,
      onError: policy,
      onUnknownTask: policy,
      onInvalidMessage: policy,
      onExhausted: 'sqs',
      ack: 'after',
      timeoutMs: undefined,
      stuckAfterMs: 60_000,
      onStuck: 'wait',
      slotsHeldWarningMs: 300_000,
      fifoFailure: 'hold',
      maxAttempts: undefined,
      logTasks: 'all',
      settleLingerMs: 250,
      minPriority: 0,
      maxPriority: undefined,
      priorityOrder: 'strict',
    });
  });

  test("lets a queue's option beat the worker's, and the worker's the default", () => {
    const onError = discard();
    const { queues } = resolveWorkerOptions({
      concurrency: 50,
      onError,
      queues: ['a', { name: 'b', concurrency: 3, onError: retry(), waitTimeSeconds: undefined }],
    });
    const [a, b] = queues ?? [];
    expect(a?.consume).toMatchObject({ concurrency: 50, onError, waitTimeSeconds: 20 });
    expect(b?.consume).toMatchObject({ concurrency: 3, onError: { kind: 'retry' } });
  });

  test('prefetches as many as run, at most ten, unless said', () => {
    expect(prefetchOf({ concurrency: 4 })).toBe(4);
    expect(prefetchOf({ concurrency: 400 })).toBe(10);
    expect(prefetchOf({ concurrency: 4, prefetch: 0 })).toBe(0);
  });

  test("follows the queue's own concurrency, not the worker's", () => {
    const { queues } = resolveWorkerOptions({
      concurrency: 8,
      queues: [{ name: 'a', concurrency: 2 }],
    });
    expect(queues?.[0]?.consume.prefetch).toBe(2);
  });

  test('serves a queue with its own handlers unless another is named', () => {
    const { queues } = resolveWorkerOptions({
      queues: ['emails', { name: 'emails-dead', handlersOf: 'emails' }],
    });
    expect(queues?.map((queue) => queue.handlersOf)).toEqual(['emails', 'emails']);
  });

  test('passes on to the engine nothing that is not about consuming', () => {
    const { queues } = resolveWorkerOptions({ drainTimeoutMs: 5, queues: [{ name: 'a' }] });
    expect(queues?.[0]?.consume).not.toHaveProperty('name');
    expect(queues?.[0]?.consume).not.toHaveProperty('drainTimeoutMs');
  });
});
