import { Body, Controller, Post } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DiscardTaskError, SqsProducer, SqsTask, TaskContext } from 'nestjs-sqs-tasks';
import { placeOrder, sendReceipt } from './tasks.js';

@Controller('orders')
export class OrdersController {
  constructor(
    private readonly sqs: SqsProducer,
    private readonly context: TaskContext,
  ) {}

  @Post()
  async create(@Body() order: { item: string }) {
    await this.sqs.send(placeOrder, order);
    return { accepted: order.item };
  }

  @SqsTask(placeOrder)
  async place(@Payload() { item }: { item: string }): Promise<string> {
    if (item === 'moon') throw new DiscardTaskError('not for sale');
    await this.sqs.send(sendReceipt, { item });
    return `one ${item}, ordered`;
  }

  @SqsTask(sendReceipt)
  receipt(@Payload() { item }: { item: string }): string {
    console.log(
      `[send_receipt] one ${item}, asked for by ${this.context.get<string>('requestId')}`,
    );
    return `receipt for one ${item}`;
  }
}
