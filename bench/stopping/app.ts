import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { SqsModule } from 'nestjs-sqs-tasks';

/** Tasks that never end, and one kind that does not even let the event loop turn. */
@Controller()
class Hanging {
  @MessagePattern('hangs')
  hangs(): Promise<void> {
    console.log('running');
    return new Promise(() => {});
  }

  @MessagePattern('blocks')
  blocks(): void {
    console.log('running');
    for (;;);
  }
}

@Module({
  imports: [SqsModule.forRoot({ connection: { embedded: true }, queues: ['hanging'] })],
  controllers: [Hanging],
})
export class AppModule {}
