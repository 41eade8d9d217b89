import type { WorkerQueueStatus, WorkerStatus } from '../../../../lib/contracts/index.js';
import { healthOf } from '../../../../lib/consumer/health.js';

const queue: WorkerQueueStatus = {
  name: 'emails',
  isPaused: false,
  concurrency: 10,
  runningCount: 0,
  prefetchedCount: 0,
  openPollCount: 1,
  oldestPollMs: 5_000,
  settlementsWaiting: 0,
  lastGoodPollMsAgo: 5_000,
  oldestTaskMs: undefined,
  stuckCount: 0,
};

function running(own: Partial<WorkerQueueStatus> = {}): WorkerStatus {
  return { phase: 'running', queues: [{ ...queue, ...own }] };
}

describe('healthOf', () => {
  test('is ready and live where polls work', () => {
    expect(healthOf([running()])).toEqual({ isReady: true, isLive: true, problems: [] });
  });

  test('is live and not ready where receiving fails', () => {
    const report = healthOf([running({ pollError: new Error('access denied') })]);
    expect(report).toEqual({
      isReady: false,
      isLive: true,
      problems: ['receiving from queue "emails" fails: access denied'],
    });
  });

  test('is live and not ready where the same tasks hold all slots, and names them', () => {
    const tasks = [
      { task: 'export', messageId: 'a', runningMs: 400_000 },
      { task: undefined, messageId: 'b', runningMs: 312_400 },
    ];
    const heldSlots = { slots: 2, heldMs: 312_400, tasks };
    expect(healthOf([running({ heldSlots })])).toEqual({
      isReady: false,
      isLive: true,
      problems: [
        'the 2 slots of queue "emails" have been held for 312 s while messages wait: export for 400 s, a raw message for 312 s',
      ],
    });
  });

  test('is live and not ready while it drains', () => {
    expect(healthOf([{ phase: 'draining', queues: [] }])).toMatchObject({
      isReady: false,
      isLive: true,
    });
  });

  test.each([
    ['a fatal error', { phase: 'stopped', queues: [], fatalError: new Error('crash') }],
    ['a stuck handler', running({ stuckCount: 1 })],
    ['a poll that never ends', running({ oldestPollMs: 200_000 })],
    ['a loop that opens no poll', running({ openPollCount: 0, lastGoodPollMsAgo: 200_000 })],
  ] as [string, WorkerStatus][])('is not live with %s', (_name, status) => {
    const report = healthOf([status]);
    expect(report.isLive).toBe(false);
    expect(report.problems).not.toEqual([]);
  });

  test('names the level that cannot be read', () => {
    const pollError = new Error('access denied');
    const level = { ...queue, priority: 1, name: 'emails--p1' };
    const levels = [{ ...level, priority: 2, name: 'emails--p2', pollError }, level];
    const { isLive, problems } = healthOf([running({ pollError, levels })]);
    expect(isLive).toBe(true);
    expect(problems).toEqual(['receiving from queue "emails--p2" fails: access denied']);
  });

  test('a worker whose slots are all taken need not poll', () => {
    const full = { runningCount: 10, openPollCount: 0, lastGoodPollMsAgo: 3_600_000 };
    expect(healthOf([running(full)]).isLive).toBe(true);
  });
});
