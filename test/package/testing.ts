import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SqsModule, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';

/** What a user's first test does, from the second entry of the packed library, in the same projects as `app.ts`. */
@Controller()
class EmailController {
  @MessagePattern('send_email')
  send(@Payload() data: { to: string }): void {
    console.log(`tested send_email to ${data.to}`);
  }
}

@Module({
  imports: [SqsModule.forRoot({ connection: { region: 'eu-west-1' }, queues: ['emails'] })],
  controllers: [EmailController],
})
class AppModule {}

async function main(): Promise<void> {
  const imports = [AppModule, SqsTestingModule.forRoot({ silent: true })];
  const module = await Test.createTestingModule({ imports }).compile();
  const app = module.createNestMicroservice(sqsWorker({ queues: ['emails'] }));
  await app.listen();
  const task = { queue: 'emails', pattern: 'send_email' };
  await app.get(SqsProducer).send(task, { to: 'ada@example.org' }, { delaySeconds: 900 });
  await app.get(SqsHarness).advance(900_000);
  await app.close();
}

main().then(
  () => console.log('closed'),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
