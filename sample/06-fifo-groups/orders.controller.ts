import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { retry, SqsContext, SqsTask } from 'nestjs-sqs-tasks';
import { OrderLog } from './order-log.js';
import { orderStep, type OrderStep } from './order-step.task.js';

/** Customers are served side by side; the steps of one customer never overtake each other, not even a failed one. */
@Controller()
export class OrdersController {
  constructor(private readonly log: OrderLog) {}

  @SqsTask(orderStep, { onError: retry(() => 1) })
  handle(@Payload() { customer, step }: OrderStep, @Ctx() { attempt }: SqsContext): void {
    if (customer === 'bob' && step === 'pay' && attempt === 1) {
      this.log.note(customer, `${step} failed: the rest of this group waits, other groups go on`);
      throw new Error('the bank did not answer');
    }
    this.log.done(customer, `${step} (attempt ${attempt})`);
  }
}
