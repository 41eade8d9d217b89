import { execFileSync } from 'node:child_process';
import { fstatSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** How a process was started, as far as the operating system tells. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  /** Undefined where nothing tells. */
  readonly groupId: number | undefined;
  /** It reads from nothing and writes neither to a pipe nor to where its parent does: as `nohup … > log &` leaves it. */
  readonly isSentToBackground: boolean;
  /** The parent of its parent, where the parent is only the `sh -c` of another process in its group. */
  readonly parentOfShell: number | undefined;
}

export function readProcessFacts(): ProcessFacts {
  const parent = statOf(process.ppid);
  const groupId = statOf(process.pid)?.groupId ?? groupByPs();
  return {
    pid: process.pid,
    parentPid: process.ppid,
    groupId,
    isSentToBackground: readsFromNothing() && !writesToLauncher(parent !== undefined),
    parentOfShell: parentOfShell(parent, groupId),
  };
}

/** The parent of a process; undefined where that process is gone, or where the system has no `/proc`. */
export function parentOf(pid: number): number | undefined {
  return statOf(pid)?.parentPid;
}

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name, in parentheses, may hold any character. */
function statOf(pid: number): ProcessStat | undefined {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const [, parentPid, groupId] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  if (parentPid === undefined || groupId === undefined) return undefined;
  return { pid, parentPid: Number(parentPid), groupId: Number(groupId) };
}

const PS_MS = 2_000;

/** Where there is no `/proc`, as on macOS. */
function groupByPs(): number | undefined {
  if (process.platform === 'win32') return undefined;
  const args = ['-o', 'pgid=', '-p', String(process.pid)];
  const output = orUndefined(() => execFileSync('ps', args, { encoding: 'utf8', timeout: PS_MS }));
  const groupId = Number.parseInt(output ?? '', 10);
  return Number.isNaN(groupId) ? undefined : groupId;
}

/** `npx` and `npm run` start `sh -c`, which some shells replace by the command and others keep. */
function parentOfShell(
  parent: ProcessStat | undefined,
  groupId: number | undefined,
): number | undefined {
  if (parent === undefined || parent.groupId !== groupId || !isShellCommand(parent.pid))
    return undefined;
  return statOf(parent.parentPid)?.groupId === groupId ? parent.parentPid : undefined;
}

function isShellCommand(pid: number): boolean {
  const line = orUndefined(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const [command = '', flag = ''] = line?.split('\0') ?? [];
  return /(^|\/)(ba|da|a|z|k)?sh$/.test(command) && /^-[a-z]*c$/.test(flag);
}

function readsFromNothing(): boolean {
  const input = orUndefined(() => fstatSync(0));
  if (input === undefined) return true;
  const nothing = orUndefined(() => statSync('/dev/null'));
  return input.isCharacterDevice() && input.rdev === nothing?.rdev;
}

function writesToLauncher(hasProc: boolean): boolean {
  const output = orUndefined(() => fstatSync(1));
  if (output === undefined) return false;
  if (output.isFIFO() || output.isSocket()) return true;
  if (!hasProc) return !output.isFile();
  const ofParent = orUndefined(() => statSync(`/proc/${process.ppid}/fd/1`));
  return ofParent === undefined || isSameFile(output, ofParent);
}

function isSameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
