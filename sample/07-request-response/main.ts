import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule } from '@nestjs/microservices';
import { ClientSqs, RemoteTaskError, SqsModule, sqsWorker } from 'nestjs-sqs-tasks';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { PricesController } from './prices.controller.js';

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'prices', deadLetter: { queue: 'prices-dead' } }],
    }),
    ClientsModule.register([
      {
        name: 'PRICES',
        customClass: ClientSqs,
        options: {
          queue: 'prices',
          reply: { prefix: 'replies-', create: true },
          timeoutMs: 20_000,
        },
      },
    ]),
  ],
  controllers: [PricesController],
})
class ShopModule {}

// The refused request is part of the story; a real worker keeps its log.
Logger.overrideLogger(false);

// Both sides in one process, for once: on their own machines they would look the same.
const app = await NestFactory.createMicroservice(ShopModule, sqsWorker({ queues: ['prices'] }));
await app.listen();
const prices = app.get<ClientSqs>('PRICES');

const answers = await Promise.all(
  ['tea', 'coffee'].map((of) => firstValueFrom(prices.send<object>('price', { of }))),
);
for (const answer of answers) console.log('one value:', JSON.stringify(answer));

const menu = await lastValueFrom(prices.send<string>('menu', {}).pipe(toArray()));
console.log('a stream, in order:', menu.join(', '));

try {
  await firstValueFrom(prices.send('price', { of: 'soup' }));
} catch (error) {
  if (!(error instanceof RemoteTaskError)) throw error;
  console.log(`an error: ${error.remoteName}: ${error.message}`);
}

await app.close();
console.log('the reply queue is deleted with the app');
