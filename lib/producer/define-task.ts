import { InvalidOptionsError } from '../contracts/errors/index.js';
import type { SendOptions } from '../contracts/sending.js';
import type { TaskContract, TaskSchema } from '../contracts/task-contract.js';

export interface DefineTaskOptions<Input, Output = Input> {
  /** Name, URL or ARN of the queue that the task is sent to. */
  queue: string;
  /** Checked before anything is sent: any Standard Schema, or a class with class-validator decorators. */
  schema?: TaskSchema<Input, Output>;
  /** What each send says unless it says otherwise. */
  options?: SendOptions;
}

/**
 * Says once what a task is called, where it goes and what its data looks like; sender and handler share it.
 *
 * ```ts
 * export const sendEmail = defineTask('send_email', { queue: 'emails', schema: z.object({ to: z.email() }) });
 * export const cleanUp = defineTask<{ before: string }>('clean_up', { queue: 'jobs' });
 * ```
 * @throws InvalidOptionsError for an empty pattern or queue
 */
export function defineTask<Input = unknown, Output = Input>(
  pattern: string,
  { queue, schema, options }: DefineTaskOptions<Input, Output>,
): TaskContract<Input, Output> {
  requireName('pattern', pattern);
  requireName('queue', queue);
  return Object.freeze({
    pattern,
    queue,
    ...(schema === undefined ? {} : { schema }),
    ...(options === undefined ? {} : { options }),
  });
}

function requireName(field: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  throw new InvalidOptionsError({
    where: 'defineTask()',
    problems: [`Expected ${field} to be a text that is not empty, got ${JSON.stringify(value)}`],
  });
}
