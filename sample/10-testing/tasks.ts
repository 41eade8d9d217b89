import { defineTask } from 'nestjs-sqs-tasks';

export interface Numbers {
  a: number;
  b: number;
  x: number | 'later' | '';
}

export const add = defineTask<Numbers>('add', { queue: 'adder' });

export interface Sum {
  sum: number;
}

/** What the adder sends on, for whoever reports. */
export const report = defineTask<Sum>('report', { queue: 'reports' });
