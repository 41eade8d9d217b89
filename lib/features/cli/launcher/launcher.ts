import type { Clock, Timer } from '../../../contracts/index.js';
import type { Launcher } from '../host.js';
import { parentOf, readProcessFacts } from './process-facts.js';
import type { ProcessFacts } from './process-facts.js';

/** What has to live on for this process to go on: its parent, and for a `sh -c` that one's parent too. */
export interface WatchedProcesses {
  readonly parentPid: number;
  readonly parentOfShell: number | undefined;
}

/**
 * `npx`, `npm run` and scripts that are killed leave their worker behind: it would go on taking tasks with nobody who
 * knows of it. So it ends with what started it, unless that was not meant to stay:
 *
 * | started | then |
 * | --- | --- |
 * | as the leader of a process group: by a shell for itself, `nohup … &` there, `setsid`, systemd, as a container's command | goes on |
 * | by init (pid 1), or its parent has ended before it looks | goes on |
 * | in the background of a script, its output sent somewhere else: `nohup … > log &` | goes on |
 * | by `npx`, `npm run`, a script that waits for it, `spawn()` | ends with it |
 */
export function watchedProcesses(facts: ProcessFacts): WatchedProcesses | undefined {
  const { pid, parentPid, groupId, isSentToBackground, parentOfShell } = facts;
  if (parentPid <= 1 || groupId === undefined || groupId === pid || isSentToBackground)
    return undefined;
  return { parentPid, parentOfShell };
}

/** What started this process, where its end is to end this one too. */
export function launcherOf(clock: Clock): Launcher | undefined {
  const watched = watchedProcesses(readProcessFacts());
  if (watched === undefined) return undefined;
  const { parentPid, parentOfShell } = watched;
  const lives = (): boolean =>
    process.ppid === parentPid &&
    (parentOfShell === undefined || parentOf(parentPid) === parentOfShell);
  return new PolledLauncher({ pid: parentOfShell ?? parentPid, lives, clock });
}

export interface PolledLauncherParts {
  readonly pid: number;
  readonly lives: () => boolean;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 1_000;

/** No system tells a process that its parent has ended; so it looks. */
export class PolledLauncher implements Launcher {
  readonly pid: number;

  constructor(private readonly parts: PolledLauncherParts) {
    this.pid = parts.pid;
  }

  onEnd(listener: () => void): () => void {
    const { clock, lives } = this.parts;
    let timer: Timer;
    const look = (): void => {
      if (lives()) timer = clock.setTimer(look, LOOK_EVERY_MS);
      else listener();
    };
    timer = clock.setTimer(look, LOOK_EVERY_MS);
    return () => timer.cancel();
  }
}
