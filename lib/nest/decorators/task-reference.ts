import type { TaskSchema } from '../../contracts/index.js';

/** A task by its name, or its contract: anything with a pattern and, where it is bound to one, a queue. */
export type TaskReference = string | TaskReferenceFacts;

export interface TaskReferenceFacts {
  readonly pattern: string;
  readonly queue?: string | undefined;
  /** What comes in is checked against it, and the handler gets what it makes of the data. */
  readonly schema?: TaskSchema | undefined;
}

export function factsOf(task: TaskReference | undefined): Partial<TaskReferenceFacts> {
  return typeof task === 'string' ? { pattern: task } : (task ?? {});
}
