import { idle } from '../../lib/consumer/stopping/index.js';
import { DiscardTaskError } from '../../lib/nest/index.js';
import { memorySetup } from '../support/memory.js';
import type { RecordingLogger } from '../support/recording-logger.js';

const said = ['Worker started', 'Worker is draining', 'Worker is aborting', 'Worker stopped'];

function linesOf(logger: RecordingLogger) {
  return logger.lines
    .filter(({ message }) => said.includes(message))
    .map(({ level, message, fields }) => [level, message, fields]);
}

const nothing = { retried: 0, discarded: 0, deadLettered: 0, released: 0, unfinished: 0 };

describe('A worker says in a line each', () => {
  test('what it consumes, that it drains and what runs, and what it has done', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({
      handlers: {
        quick: () => {},
        refused: () => {
          throw new DiscardTaskError('no');
        },
        slow: () => new Promise<void>((resolve) => void setup.clock.setTimer(resolve, 5_000)),
      },
    });
    for (let i = 0; i < 3; i++) await setup.send('quick');
    await setup.send('refused');
    const slow = await setup.send('slow');
    worker.start();
    await setup.clock.advance(4_000);
    const drain = worker.drain({ because: 'SIGTERM' });
    await setup.clock.advance(2_000);
    await drain;
    expect(linesOf(setup.logger)).toEqual([
      ['log', 'Worker started', { queues: { jobs: 'quick, refused, slow' } }],
      [
        'log',
        'Worker is draining',
        {
          because: 'SIGTERM',
          drainTimeoutMs: 20_000,
          runningCount: 1,
          running: `slow (message ${slow})`,
        },
      ],
      [
        'log',
        'Worker stopped',
        { because: 'drained', ranSeconds: 5, succeeded: 4, ...nothing, discarded: 1 },
      ],
    ]);
  });

  test('that a policy stopped it', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({ stopWhen: idle({ seconds: 5 }) });
    worker.start();
    await setup.clock.advance(10_000);
    expect(linesOf(setup.logger).slice(1)).toEqual([
      [
        'log',
        'Worker is draining',
        { because: 'stop-policy', drainTimeoutMs: 20_000, runningCount: 0 },
      ],
      [
        'log',
        'Worker stopped',
        { because: 'stop-policy', ranSeconds: 5, succeeded: 0, ...nothing },
      ],
    ]);
  });

  test('that it is told to end at once, and what it leaves', async () => {
    const setup = await memorySetup();
    const worker = setup.worker({ handlers: { hung } });
    const id = await setup.send('hung');
    worker.start();
    await setup.clock.advance(1_000);
    void worker.drain();
    const end = worker.abort();
    await setup.clock.advance(1_000);
    await end;
    expect(linesOf(setup.logger).slice(2)).toEqual([
      ['warn', 'Worker is aborting', { runningCount: 1, running: `hung (message ${id})` }],
      [
        'log',
        'Worker stopped',
        { because: 'aborted', ranSeconds: 1, succeeded: 0, ...nothing, unfinished: 1 },
      ],
    ]);
  });

  test('of many handlers and many tasks, the first', async () => {
    const setup = await memorySetup();
    const handlers = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`t${i}`, hung]));
    const worker = setup.worker({ handlers, consume: { concurrency: 25 } });
    for (let i = 0; i < 25; i++) await setup.send(`t${i}`);
    worker.start();
    await setup.clock.advance(1_000);
    const end = worker.abort();
    await setup.clock.advance(1_000);
    await end;
    const [started, draining] = linesOf(setup.logger);
    expect(JSON.stringify(started)).toMatch(/t18, t19, 5 more"/);
    expect(JSON.stringify(draining)).toMatch(/"running":"t0 \(.*\) and 15 more"/);
  });

  test('nothing where it never started', async () => {
    const setup = await memorySetup();
    await setup.worker({}).drain();
    expect(linesOf(setup.logger)).toEqual([]);
  });
});

function hung(): Promise<void> {
  return new Promise(() => {});
}
