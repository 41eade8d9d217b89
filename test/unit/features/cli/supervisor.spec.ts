import { Supervisor } from '../../../../lib/features/cli/supervise/supervisor.js';
import type { ForkedProcess, ProcessExit } from '../../../../lib/features/cli/host.js';
import { deferred } from '../../../../lib/primitives/deferred.js';
import { ManualClock } from '../../../../lib/primitives/manual-clock.js';

describe('Supervisor', () => {
  test('starts one process, and the others once it consumes', async () => {
    const { supervisor, children, clock } = setup(3);
    void supervisor.run();
    expect(children).toHaveLength(1);
    supervisor.started();
    supervisor.started();

    expect(children).toHaveLength(3);
    expect(clock.pendingTimers).toBe(0);
  });

  test('ends with the code of a first process that ends before it consumes', async () => {
    const { supervisor, children } = setup(3);
    const run = supervisor.run();
    children[0]?.end({ code: 1, signal: null });

    expect(await run).toBe(1);
    expect(children).toHaveLength(1);
  });

  test('starts what died again, after a delay that doubles up to a minute', async () => {
    const { supervisor, children, clock, lines } = setup(1);
    void supervisor.run();
    supervisor.started();
    const delays: number[] = [];
    for (let death = 0; death < 8; death++) {
      children.at(-1)?.end({ code: null, signal: 'SIGKILL' });
      await clock.advance(0);
      delays.push(clock.nextTimerInMs ?? 0);
      await clock.advance(clock.nextTimerInMs ?? 0);
    }

    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
    expect(children).toHaveLength(9);
    expect(lines[0]).toBe(
      'Worker process 1 (pid 1) was ended by SIGKILL; another is started in 1 s.',
    );
  });

  test('a process that lived a minute has recovered', async () => {
    const { supervisor, children, clock } = setup(1);
    void supervisor.run();
    supervisor.started();
    for (const livedMs of [0, 0, 60_000]) {
      await clock.advance(livedMs);
      children.at(-1)?.end({ code: 1, signal: null });
      await clock.advance(0);
      if (livedMs === 0) await clock.advance(clock.nextTimerInMs ?? 0);
    }

    expect(clock.nextTimerInMs).toBe(1_000);
  });

  test('does not start again what ended by itself, and ends with the last', async () => {
    const { supervisor, children, clock } = setup(2);
    const run = supervisor.run();
    supervisor.started();
    for (const child of children) child.end({ code: 0, signal: null });

    expect(await run).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('passes the first signal on, starts nothing more, and ends with 0', async () => {
    const { supervisor, children, clock } = setup(2);
    const run = supervisor.run();
    supervisor.started();
    children[0]?.end({ code: 1, signal: null });
    await clock.advance(0);
    supervisor.signal('SIGINT');
    expect(children.map(({ signals }) => signals)).toEqual([[], ['SIGINT']]);
    children[1]?.end({ code: 0, signal: null });

    expect(await run).toBe(0);
    expect(children).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test('kills what outlasts its own time to drain and to close by two seconds', async () => {
    const { supervisor, children, clock } = setup(1);
    const run = supervisor.run();
    supervisor.started();
    supervisor.signal('SIGTERM');
    await clock.advance(36_999);
    expect(children[0]?.signals).toEqual(['SIGTERM']);
    await clock.advance(1);
    expect(children[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    children[0]?.end({ code: null, signal: 'SIGKILL' });

    expect(await run).toBe(143);
  });

  test('passes the second signal on too, and kills what is left 850 ms later', async () => {
    const { supervisor, children, clock } = setup(1);
    const run = supervisor.run();
    supervisor.started();
    supervisor.signal('SIGTERM');
    supervisor.signal('SIGINT');
    supervisor.signal('SIGINT');
    await clock.advance(850);
    expect(children[0]?.signals).toEqual(['SIGTERM', 'SIGINT', 'SIGKILL']);
    // The system may make one of two signals, so the second is said by message too.
    expect(children[0]?.messages).toEqual([{ type: 'abort', signal: 'SIGINT' }]);
    children[0]?.end({ code: null, signal: 'SIGKILL' });

    expect(await run).toBe(130);
  });

  test('a process that dies of the signal while it starts had taken nothing', async () => {
    const { supervisor, children } = setup(2);
    const run = supervisor.run();
    supervisor.signal('SIGTERM');
    children[0]?.end({ code: null, signal: 'SIGTERM' });

    expect(await run).toBe(0);
  });

  test('tells by its code that a process could not finish', async () => {
    const { supervisor, children } = setup(2);
    const run = supervisor.run();
    supervisor.started();
    supervisor.signal('SIGTERM');
    children[0]?.end({ code: 0, signal: null });
    children[1]?.end({ code: 143, signal: null });

    expect(await run).toBe(143);
  });
});

class FakeProcess implements ForkedProcess {
  readonly signals: string[] = [];
  readonly messages: unknown[] = [];
  private readonly exit = deferred<ProcessExit>();
  readonly exited = this.exit.promise;

  constructor(readonly pid: number) {}

  send(message: unknown): void {
    this.messages.push(message);
  }

  onMessage(): void {}

  kill(signal: string): void {
    this.signals.push(signal);
  }

  end(exit: ProcessExit): void {
    this.exit.resolve(exit);
  }
}

function setup(count: number) {
  const clock = new ManualClock();
  const children: FakeProcess[] = [];
  const lines: string[] = [];
  const supervisor = new Supervisor({
    count,
    clock,
    drainTimeoutMs: 20_000,
    closeTimeoutMs: 15_000,
    fork: () => {
      const child = new FakeProcess(children.length + 1);
      children.push(child);
      return child;
    },
    onForked: () => {},
    say: (line) => void lines.push(line),
  });
  return { supervisor, children, clock, lines };
}
