import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SqsTask } from 'nestjs-sqs-tasks';
import { countPrimes, type PrimesBelow } from './tasks.js';

@Controller()
export class PrimesController {
  // Only the declaration: the default export of the file runs, with the same data.
  @SqsTask(countPrimes, {
    isolate: { runtime: 'thread', file: new URL('./count-primes.js', import.meta.url), size: 1 },
    hardTimeoutMs: 60_000,
  })
  count(@Payload() _task: PrimesBelow): void {}
}
