import { defineTask } from 'nestjs-sqs-tasks';

export interface Greeting {
  name: string;
}

/** What the web app and the worker agree on: the task's name, its queue and its data. */
export const greet = defineTask<Greeting>('greet', { queue: 'hello' });
