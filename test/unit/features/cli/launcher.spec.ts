import { endingWith } from '../../../../lib/features/cli/launcher/ending-with.js';
import {
  PolledLauncher,
  watchedProcesses,
} from '../../../../lib/features/cli/launcher/launcher.js';
import { ManualClock } from '../../../../lib/primitives/manual-clock.js';
import { fakeHost } from './support/fake-host.js';

describe('watchedProcesses', () => {
  const started = {
    pid: 30,
    parentPid: 20,
    groupId: 10,
    isSentToBackground: false,
    parentOfShell: undefined,
  };

  test.each([
    ['a script that waits for it', {}],
    ['npx, by a shell that stays between', { parentOfShell: 15 }],
  ])('are those of a worker started by %s', (_by, facts) => {
    expect(watchedProcesses({ ...started, ...facts })).toEqual({
      parentPid: 20,
      parentOfShell: undefined,
      ...facts,
    });
  });

  test.each([
    ['by a shell for itself, setsid, systemd, or as a container', { groupId: 30 }],
    ['by init, or its parent has ended already', { parentPid: 1 }],
    ['as a container of its own', { parentPid: 0 }],
    ['in the background of a script, its output sent elsewhere', { isSentToBackground: true }],
    ['where nothing tells how', { groupId: undefined }],
  ])('are none where it was started %s', (_how, facts) => {
    expect(watchedProcesses({ ...started, ...facts })).toBeUndefined();
  });
});

describe('PolledLauncher', () => {
  test('tells once that what it watches has ended', async () => {
    const { clock, launcher, state } = watched();
    let ends = 0;
    launcher.onEnd(() => ends++);
    await clock.advance(5_000);
    expect(ends).toBe(0);
    state.lives = false;
    await clock.advance(5_000);

    expect(ends).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaves no timer behind', async () => {
    const { clock, launcher } = watched();
    const stop = launcher.onEnd(() => {});
    await clock.advance(1_500);
    stop();

    expect(clock.pendingTimers).toBe(0);
  });
});

describe('endingWith', () => {
  test('the end of the other is heard as SIGTERM, once, and said', () => {
    const { heard, said, leave } = endingProcess();
    leave();
    leave();

    expect(heard).toEqual(['SIGTERM']);
    expect(said).toHaveLength(1);
  });

  test('the signal that follows asks for the same drain; only one more is heard', () => {
    const { heard, leave, signal } = endingProcess();
    leave();
    signal('SIGTERM');
    expect(heard).toEqual(['SIGTERM']);
    signal('SIGINT');

    expect(heard).toEqual(['SIGTERM', 'SIGINT']);
  });

  // It used to count as the second signal: a drain under way was aborted.
  test('the end of the other adds nothing to a signal that was heard before', () => {
    const { heard, said, leave, signal } = endingProcess();
    signal('SIGINT');
    leave();

    expect(heard).toEqual(['SIGINT']);
    expect(said).toEqual([]);
  });

  test('nothing is heard after the listener is taken off', () => {
    const { heard, leave, signal, off } = endingProcess();
    off();
    leave();
    signal('SIGTERM');

    expect(heard).toEqual([]);
  });
});

function watched() {
  const clock = new ManualClock();
  const state = { lives: true };
  return {
    clock,
    state,
    launcher: new PolledLauncher({ pid: 20, lives: () => state.lives, clock }),
  };
}

function endingProcess() {
  const host = fakeHost();
  const listeners = new Set<() => void>();
  const [heard, said]: [string[], string[]] = [[], []];
  const other = {
    onEnd: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const ending = endingWith(host.process, other, () => said.push('left'));
  const listener = (signal: string): void => void heard.push(signal);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) ending.on(signal, listener);
  const off = (): void => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) ending.off(signal, listener);
  };
  const leave = (): void => listeners.forEach((end) => end());
  return { heard, said, leave, off, signal: host.signal };
}
