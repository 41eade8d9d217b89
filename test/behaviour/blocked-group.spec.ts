import { discard, retry, constant } from '../../lib/consumer/retry/index.js';
import { UnknownTaskError } from '../../lib/contracts/index.js';
import type { ConsumeOptions } from '../../lib/contracts/index.js';
import { familySetup } from '../support/family.js';
import { controlError } from '../support/control-errors.js';
import { drained, memorySetup } from '../support/memory.js';
import type { RecordingLogger } from '../support/recording-logger.js';

const soon: ConsumeOptions = {
  onError: retry(constant(5)),
  onInvalidMessage: retry(constant(5)),
  onUnknownTask: retry(constant(5)),
};
const atStart = /^Queue "jobs.fifo" has neither a dead-letter queue nor a limit of attempts/;
const atHead = /^Group "g" of queue "jobs.fifo" waits behind message \S+/;

async function setup(options: { maxReceiveCount?: number } = {}) {
  return memorySetup({ queue: 'jobs.fifo', ...options });
}

describe('A FIFO group behind a message that nothing gives up', () => {
  test.each(['hold', 'release', 'wait'] as const)(
    'is told of at start, and once when it happens: no JSON in front, %s',
    async (fifoFailure) => {
      const memory = await setup();
      await memory.sendBody('{"meta":{},"value":NaN}');
      await memory.send('job', 1);
      const ran: unknown[] = [];
      const worker = memory.worker({
        consume: { ...soon, fifoFailure },
        handlers: { job: (data) => void ran.push(data) },
      });
      expect(said(memory.logger, 'warn', atStart)).toHaveLength(0);
      worker.start();
      expect(said(memory.logger, 'warn', atStart)).toHaveLength(1);
      await memory.clock.advance(100_000);
      expect(ran).toEqual([]);
      const [line, ...others] = said(memory.logger, 'error', atHead);
      expect(others).toEqual([]);
      expect(line).toMatch(/cannot be decoded: not a test body/);
      expect(line).toMatch(/onInvalidMessage/);
      await drained(memory, worker);
    },
  );

  test('is told of where nothing here handles the head', async () => {
    const memory = await setup();
    await memory.send('unknown');
    const worker = memory.worker({ consume: soon, handlers: {} });
    worker.start();
    await memory.clock.advance(30_000);
    const [line] = said(memory.logger, 'error', atHead);
    expect(line).toMatch(/No handler for task "unknown"/);
    expect(line).toMatch(/onUnknownTask/);
    await drained(memory, worker);
  });

  test('is told of as its handler’s failure, whatever class of error that throws', async () => {
    const memory = await setup();
    await memory.send('job', 1);
    const worker = memory.worker({
      consume: soon,
      handlers: {
        job() {
          throw new UnknownTaskError({ pattern: 'follow-up', queue: 'other', known: [] });
        },
      },
    });
    worker.start();
    await memory.clock.advance(15_000);
    expect(said(memory.logger, 'error', atHead)).toEqual([]);
    await memory.clock.advance(30_000);
    const [line] = said(memory.logger, 'error', atHead);
    expect(line).toMatch(/or onError another policy/);
    await drained(memory, worker);
  });

  test('is told of where the handler of its head goes on failing, and anew for the next head', async () => {
    const memory = await setup();
    await memory.send('job', 1);
    await memory.send('job', 2);
    let failures = 0;
    const worker = memory.worker({
      consume: soon,
      handlers: {
        job() {
          if (++failures % 6 !== 0) throw new Error('no');
        },
      },
    });
    worker.start();
    await memory.clock.advance(19_000);
    expect(said(memory.logger, 'error', atHead)).toEqual([]);
    await memory.clock.advance(100_000);
    expect(failures).toBe(12);
    expect(said(memory.logger, 'error', atHead)).toHaveLength(2);
    await drained(memory, worker);
  });

  test('is not told of where the handler itself asks for a retry', async () => {
    const memory = await setup();
    await memory.send('job');
    const worker = memory.worker({
      consume: soon,
      handlers: {
        job() {
          throw controlError({ kind: 'retry', delaySeconds: 5 });
        },
      },
    });
    worker.start();
    await memory.clock.advance(60_000);
    expect(said(memory.logger, 'error', atHead)).toEqual([]);
    await drained(memory, worker);
  });

  test.each<[string, { maxReceiveCount?: number }, ConsumeOptions]>([
    ['a dead-letter queue', { maxReceiveCount: 3 }, soon],
    ['a limit of attempts', {}, { ...soon, maxAttempts: 3 }],
    [
      'policies that retry nothing',
      {},
      { onError: discard(), onInvalidMessage: discard(), onUnknownTask: discard() },
    ],
  ])('needs no telling with %s', async (_name, options, consume) => {
    const memory = await setup(options);
    await memory.sendBody('no JSON');
    await memory.send('job', 1);
    const ran: unknown[] = [];
    const worker = memory.worker({ consume, handlers: { job: (data) => void ran.push(data) } });
    worker.start();
    await memory.clock.advance(200_000);
    expect(ran).toEqual([1]);
    expect(said(memory.logger, 'warn', atStart)).toEqual([]);
    expect(said(memory.logger, 'error', atHead)).toEqual([]);
    await drained(memory, worker);
  });

  test('is told of with maxAttempts too, where fifoFailure leaves counting to SQS', async () => {
    const memory = await setup();
    const worker = memory.worker({ consume: { ...soon, maxAttempts: 3, fifoFailure: 'wait' } });
    worker.start();
    const [line] = said(memory.logger, 'warn', atStart);
    expect(line).toMatch(/maxAttempts, which counts with fifoFailure: 'hold'/);
    await drained(memory, worker);
  });

  test('names the policies that retry, and no others', async () => {
    const memory = await setup();
    const worker = memory.worker({ consume: { ...soon, onError: discard() } });
    worker.start();
    const [line] = said(memory.logger, 'warn', atStart);
    expect(line).toMatch(/onInvalidMessage.*onUnknownTask/);
    expect(line).not.toMatch(/onError/);
    await drained(memory, worker);
  });

  test('is told of once at start for all levels of a queue', async () => {
    const family = await familySetup({ queue: 'jobs.fifo', priorities: 3 });
    const worker = family.worker({ consume: soon });
    worker.start();
    expect(said(family.logger, 'warn', atStart)).toHaveLength(1);
    await drained(family, worker);
  });

  test('is no matter of standard queues', async () => {
    const memory = await memorySetup();
    await memory.sendBody('no JSON');
    const worker = memory.worker({ consume: soon });
    worker.start();
    await memory.clock.advance(60_000);
    expect(said(memory.logger, 'warn', /limit of attempts/)).toEqual([]);
    expect(said(memory.logger, 'error', /waits behind/)).toEqual([]);
    await drained(memory, worker);
  });
});

function said(logger: RecordingLogger, level: string, pattern: RegExp): string[] {
  return logger.at(level).filter((line) => pattern.test(line));
}
