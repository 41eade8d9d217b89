/** A task by its name, or its contract: anything with a pattern and, where it is bound to one, a queue. */
export type TaskReference =
  string | { readonly pattern: string; readonly queue?: string | undefined };

export function patternOf(task: TaskReference | undefined): string | undefined {
  return typeof task === 'object' ? task.pattern : task;
}

export function queueOf(task: TaskReference | undefined): string | undefined {
  return typeof task === 'object' ? task.queue : undefined;
}
