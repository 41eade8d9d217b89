import type { IsolatedTaskContext } from 'nestjs-sqs-tasks';
import type { PrimesBelow } from './tasks.js';

/** Plain code without Nest, run in a thread. */
export default function countPrimes({ limit }: PrimesBelow, context: IsolatedTaskContext): string {
  let count = 0;
  for (let n = 2; n < limit && !context.signal.aborted; n++) if (isPrime(n)) count++;
  return `${count} primes below ${limit}`;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
