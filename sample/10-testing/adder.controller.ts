import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  DiscardTaskError,
  RetryTaskError,
  SqsContext,
  SqsProducer,
  SqsTask,
} from 'nestjs-sqs-tasks';
import { Scale } from './scale.js';
import { add, report, type Numbers } from './tasks.js';

/** Bad input is logged and given up; good input that cannot be done now comes back. */
@Controller()
export class AdderController {
  constructor(
    private readonly scale: Scale,
    private readonly sqs: SqsProducer,
  ) {}

  @SqsTask(add)
  async add(@Payload() { a, b, x }: Numbers, @Ctx() { attempt }: SqsContext): Promise<void> {
    if (x === '') throw new DiscardTaskError('x is no number');
    if (x === 'later' && attempt === 1) throw new RetryTaskError({ delaySeconds: 60 });
    const sum = this.scale.factor * (a + b + (x === 'later' ? 0 : x));
    await this.sqs.send(report, { sum });
  }
}
