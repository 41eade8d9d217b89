import type { Act } from './scenario.js';

/** One task that was sent, and what became of it. */
export interface Task {
  readonly id: number;
  readonly messageId: string;
  readonly group: string | undefined;
  readonly acts: readonly Act[];
  runCount: number;
  hasSucceeded: boolean;
  /** Its payload was logged: a policy with a name gave it up. */
  isDiscarded: boolean;
  /** A handler or a policy may discard it. */
  readonly mayBeDiscarded: boolean;
}

/** Every task that was sent. */
export class TaskBook {
  readonly all: Task[] = [];
  private readonly byMessage = new Map<string, Task>();
  private readonly groups = new Map<string, Task[]>();

  add(facts: Pick<Task, 'id' | 'messageId' | 'group' | 'acts' | 'mayBeDiscarded'>): void {
    const task: Task = { ...facts, runCount: 0, hasSucceeded: false, isDiscarded: false };
    this.all.push(task);
    this.byMessage.set(task.messageId, task);
    if (task.group === undefined) return;
    const group = this.groups.get(task.group) ?? [];
    this.groups.set(task.group, group);
    group.push(task);
  }

  ofMessage(messageId: string): Task | undefined {
    return this.byMessage.get(messageId);
  }

  get(id: number): Task {
    const task = this.all[id];
    if (task === undefined) throw new Error(`no task ${id} was sent`);
    return task;
  }

  /** Those of its group that were sent before it. */
  before(task: Task): Task[] {
    if (task.group === undefined) return [];
    const group = this.groups.get(task.group) ?? [];
    return group.slice(0, group.indexOf(task));
  }
}
