import { defineTask } from 'nestjs-sqs-tasks';

export interface Training {
  model: string;
  rounds: number;
  /** Never comes back, the first time. */
  hangs?: boolean;
}

export const train = defineTask<Training>('train', { queue: 'jobs' });

export interface PrimesBelow {
  limit: number;
}

export const countPrimes = defineTask<PrimesBelow>('count_primes', { queue: 'jobs' });
