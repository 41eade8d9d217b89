import { defineTask } from 'nestjs-sqs-tasks';

export interface OrderStep {
  customer: string;
  step: string;
}

export const orderStep = defineTask<OrderStep>('order.step', { queue: 'orders.fifo' });
