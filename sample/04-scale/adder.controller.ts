import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { discard, RetryTaskError, SqsContext, SqsTask } from 'nestjs-sqs-tasks';
import { Scale } from './scale.js';

interface Numbers {
  a: number;
  b: number;
  x: number | 'later' | '';
}

/** Bad input is logged and given up; good input that cannot be done now comes back. */
@Controller()
export class AdderController {
  constructor(private readonly scale: Scale) {}

  @SqsTask('add', { queue: 'adder', onError: discard() })
  add(@Payload() { a, b, x }: Numbers, @Ctx() { attempt }: SqsContext): void {
    if (x === 'later' && attempt === 1) {
      console.log('not now');
      throw new RetryTaskError({ delaySeconds: 1 });
    }
    if (x === '') throw new TypeError('x is no number');
    console.log(this.scale.of(a + b + (x === 'later' ? 0 : x)));
  }
}
