import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { SqsModule } from 'nestjs-sqs-tasks';
import { AuditHooks } from './audit.hooks.js';
import { OrdersController } from './orders.controller.js';
import { RequestIdMiddleware } from './request-id.middleware.js';

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'orders', deadLetter: { queue: 'orders-dead', maxReceiveCount: 3 } }],
    }),
  ],
  controllers: [OrdersController],
  providers: [AuditHooks],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(RequestIdMiddleware).forRoutes(OrdersController);
  }
}
