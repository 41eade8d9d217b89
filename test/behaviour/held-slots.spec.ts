import { healthOf } from '../../lib/consumer/health.js';
import type { BatchTaskHandler } from '../../lib/contracts/index.js';
import { familySetup } from '../support/family.js';
import { drained, memorySetup, type MemorySetup } from '../support/memory.js';

const minute = 60_000;

describe('Slots that are all held while messages wait', () => {
  test('are said after five minutes, with the tasks and their age, and health is not ready', async () => {
    const { setup, worker, warnings, open } = await hung();
    await setup.clock.advance(5 * minute - 1_000);
    expect(warnings()).toEqual([]);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true, problems: [] });
    await setup.clock.advance(2_000);
    const [warning] = warnings();
    expect(warning?.fields).toMatchObject({
      queue: 'jobs',
      slots: 2,
      messagesWaiting: expect.any(Number),
      tasks: [
        expect.stringMatching(/^export for 30\d s \(message .+\)$/),
        expect.stringMatching(/^export for 30\d s \(message .+\)$/),
      ],
    });
    const { isReady, isLive, problems } = healthOf([worker.status()]);
    expect({ isReady, isLive }).toEqual({ isReady: false, isLive: true });
    expect(problems).toEqual([
      expect.stringMatching(
        /^the 2 slots of queue "jobs" have been held for 30\d s while messages wait: export for 30\d s, export for 30\d s$/,
      ),
    ]);
    open();
    await setup.clock.advance(minute);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true, problems: [] });
    await drained(setup, worker);
  });

  test('are said seldom: eight times in twelve hours', async () => {
    const { setup, worker, warnings, open } = await hung();
    await setup.clock.advance(12 * 60 * minute - minute);
    const minutes = warnings().map(({ fields }) => Math.round(Number(fields?.['heldMs']) / minute));
    expect(minutes).toEqual([5, 10, 20, 40, 80, 160, 320, 640]);
    open();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });

  test('are said as soon as the option says', async () => {
    const { setup, worker, warnings, open } = await hung({ slotsHeldWarningMs: 10_000 });
    await setup.clock.advance(11_000);
    expect(warnings()).toHaveLength(1);
    open();
    await drained(setup, worker);
  });

  test('are nothing to say where nothing waits, and cost no request', async () => {
    const { setup, worker, warnings, open } = await hung({}, 2);
    await setup.clock.advance(60 * minute);
    expect(warnings()).toEqual([]);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true });
    expect(setup.service.calls.of('GetQueueAttributes')).toBe(0);
    // What comes later is seen by the open poll, and held for a slot.
    await setup.send('export');
    await setup.clock.advance(6 * minute);
    expect(warnings()).toHaveLength(1);
    open();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });

  test('are nothing to say where slots come free, however long the queue is', async () => {
    const setup = await memorySetup();
    for (let n = 0; n < 200; n++) await setup.send('job', n);
    const worker = setup.worker({
      consume: { concurrency: 2 },
      handlers: { job: () => sleep(setup, 4 * minute) },
    });
    worker.start();
    await setup.clock.advance(120 * minute);
    expect(heldWarnings(setup)).toEqual([]);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true });
    const drain = worker.drain();
    await setup.clock.advance(5 * minute);
    await drain;
  });

  test('begin anew with the next tasks', async () => {
    const { setup, worker, warnings, open } = await hung();
    await setup.clock.advance(21 * minute);
    expect(warnings()).toHaveLength(3);
    open();
    await setup.clock.advance(minute);
    const second = await hangAgain(setup);
    await setup.clock.advance(6 * minute);
    expect(warnings()).toHaveLength(4);
    second();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });

  test('without prefetch SQS is asked for its count, once in five minutes', async () => {
    const { setup, worker, warnings, open } = await hung({ prefetch: 0 }, 2);
    await setup.clock.advance(31 * minute);
    expect(warnings()).toEqual([]);
    expect(setup.service.calls.of('GetQueueAttributes')).toBe(6);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true });
    await setup.send('export');
    await setup.clock.advance(5 * minute);
    expect(warnings()).toMatchObject([{ fields: { messagesWaiting: 1 } }]);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: false });
    open();
    await setup.clock.advance(minute);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true });
    await drained(setup, worker);
  });

  test('without prefetch and without the right to count, it is said that this is not known', async () => {
    const { setup, worker, warnings, open } = await hung({ prefetch: 0 });
    setup.service.beforeCall = (operation) => {
      if (operation === 'GetQueueAttributes') throw new Error('denied');
    };
    await setup.clock.advance(6 * minute);
    expect(warnings()).toMatchObject([{ fields: { messagesWaiting: 'unknown' } }]);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true });
    open();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });

  test('are nothing to say while the queue is paused, nor once it drains', async () => {
    const { setup, worker, warnings, open } = await hung();
    worker.pause('jobs');
    await setup.clock.advance(30 * minute);
    expect(warnings()).toEqual([]);
    expect(healthOf([worker.status()])).toMatchObject({ isReady: true });
    worker.resume('jobs');
    await setup.clock.advance(6 * minute);
    expect(warnings()).toHaveLength(1);
    const drain = worker.drain();
    await setup.clock.advance(10_000);
    open();
    await setup.clock.advance(minute);
    await drain;
    expect(warnings()).toHaveLength(1);
    expect(setup.clock.pendingTimers).toBe(0);
  });

  test('are nothing to say once more slots are given', async () => {
    const { setup, worker, warnings, open } = await hung();
    worker.setConcurrency('jobs', 20);
    await setup.clock.advance(30 * minute);
    expect(warnings()).toEqual([]);
    open();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });

  test('are said once for all levels of a queue with priorities', async () => {
    const setup = await familySetup({ priorities: 3 });
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const worker = setup.worker({ consume: { concurrency: 2 }, handlers: { job: () => opened } });
    for (const level of [0, 1, 2]) await setup.fill(level, 3);
    worker.start();
    await setup.clock.advance(6 * minute);
    const warned = setup.logger.lines.filter(({ fields }) => fields?.['slots'] !== undefined);
    expect(warned).toMatchObject([{ level: 'warn', fields: { queue: 'jobs', slots: 2 } }]);
    const { problems } = healthOf([worker.status()]);
    expect(problems).toEqual([expect.stringContaining('the 2 slots of queue "jobs"')]);
    open();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });

  test('are said of batches, with the tasks in them', async () => {
    const setup = await memorySetup();
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const handler: BatchTaskHandler = {
      name: 'Test.batch',
      options: { maxSize: 15, maxWaitMs: 50 },
      run: async () => (await opened, new Map()),
    };
    const worker = setup.worker({ batch: { index: handler }, consume: { concurrency: 1 } });
    for (let n = 0; n < 40; n++) await setup.send('index', n);
    worker.start();
    await setup.clock.advance(6 * minute);
    const [warning] = heldWarnings(setup);
    expect(warning?.fields).toMatchObject({ slots: 1 });
    // The ten oldest of fifteen.
    expect(warning?.fields?.['tasks']).toHaveLength(10);
    open();
    await setup.clock.advance(minute);
    await drained(setup, worker);
  });
});

/** A worker with two slots, whose handlers end when they are told to. */
async function hung(consume = {}, count = 5) {
  const setup = await memorySetup();
  for (let n = 0; n < count; n++) await setup.send('export', n);
  const gates = gatesOf(setup);
  const worker = setup.worker({
    consume: { concurrency: 2, ...consume },
    handlers: { export: () => gates.opened() },
  });
  worker.start();
  await setup.clock.advance(100);
  expect(worker.status().queues[0]?.runningCount).toBe(2);
  return { setup, worker, warnings: () => heldWarnings(setup), open: gates.open };
}

const gates = new WeakMap<MemorySetup, { close(): void; open(): void }>();

function gatesOf(setup: MemorySetup) {
  let open!: () => void;
  let opened!: Promise<void>;
  const close = (): void => void (opened = new Promise((resolve) => (open = resolve)));
  close();
  gates.set(setup, { close, open: () => open() });
  return { opened: () => opened, open: () => open() };
}

/** Sends tasks that hang again; answers what lets them end. */
async function hangAgain(setup: MemorySetup): Promise<() => void> {
  const gate = gates.get(setup);
  gate?.close();
  for (let n = 0; n < 5; n++) await setup.send('export', n);
  return () => gate?.open();
}

function heldWarnings({ logger }: MemorySetup) {
  return logger.lines.filter(({ message }) => message.startsWith('No task can start'));
}

function sleep(setup: MemorySetup, ms: number): Promise<void> {
  return new Promise((resolve) => void setup.clock.setTimer(resolve, ms));
}
