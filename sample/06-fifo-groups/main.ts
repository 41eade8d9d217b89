import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsModule, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { OrderLog } from './order-log.js';
import { orderStep } from './order-step.task.js';
import { OrdersController } from './orders.controller.js';

const customers = ['ada', 'bob', 'cleo'];
const steps = ['create', 'pay', 'pack', 'ship'];

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'orders.fifo', deadLetter: { queue: 'orders-dead.fifo' } }],
    }),
  ],
  controllers: [OrdersController],
  providers: [OrderLog],
})
class OrdersModule {}

// The failure is part of the story; a real worker keeps its log.
Logger.overrideLogger(false);

const app = await NestFactory.createMicroservice(
  OrdersModule,
  sqsWorker({ queues: [{ name: 'orders.fifo', concurrency: 10 }] }),
);
const done = app.get(OrderLog).whenDone(customers.length * steps.length);
await app.listen();

const sqs = app.get(SqsProducer);
for (const step of steps) {
  await Promise.all(
    customers.map((customer) =>
      // The group is what is kept in order; the deduplication id makes sending a step twice harmless.
      sqs.send(
        orderStep,
        { customer, step },
        { groupId: customer, deduplicationId: `${customer}-${step}` },
      ),
    ),
  );
}
await done;
await app.close();
console.log('all orders are shipped');
