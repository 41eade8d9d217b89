import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, MessagePattern, Payload } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom, of, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import type { QueueGateway } from '../../lib/contracts/index.js';
import { ClientSqs, DiscardTaskError, SqsModule, sqsWorker } from '../../lib/nest/index.js';
import { startEmbedded } from '../support/embedded.js';
import { RecordingLogger } from './support/recording-logger.js';

@Controller()
class Sums {
  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((sum, one) => sum + one, 0);
  }

  @MessagePattern('count')
  count(): Observable<number> {
    return of(1, 2, 3);
  }

  @MessagePattern('refuse')
  refuse(): void {
    throw new DiscardTaskError('not today');
  }
}

describe('requests over HTTP', () => {
  test('are answered with values, streams and errors; the reply queue ends with the app', async () => {
    const service = await startEmbedded();
    const { gateway } = service;
    const client = {
      name: 'SUMS',
      customClass: ClientSqs,
      options: { queue: 'sums', reply: { prefix: 'replies-', create: true } },
    };
    const deadLetter = { queue: 'sums-dead' };
    @Module({
      imports: [
        SqsModule.forRoot({ connection: { gateway }, queues: [{ name: 'sums', deadLetter }] }),
        ClientsModule.register([client]),
      ],
      controllers: [Sums],
    })
    class App {}
    const logger = new RecordingLogger();
    const app = await NestFactory.createMicroservice(App, {
      ...sqsWorker({ queues: ['sums'] }),
      logger,
    });
    await app.listen();
    const sums = app.get<ClientSqs>('SUMS');
    const [sum, counted, error] = await Promise.all([
      firstValueFrom(sums.send<number>('sum', [1, 2, 3])),
      lastValueFrom(sums.send<number>('count', {}).pipe(toArray())),
      firstValueFrom(sums.send('refuse', {})).catch((reason: unknown) => reason),
    ]);
    expect([sum, counted]).toEqual([6, [1, 2, 3]]);
    expect(error).toMatchObject({ remoteName: 'DiscardTaskError' });
    expect(await replyQueues(gateway)).toHaveLength(1);
    await app.close();
    expect(await replyQueues(gateway)).toEqual([]);
    await service.close();
  });
});

async function replyQueues(gateway: QueueGateway): Promise<string[]> {
  const urls: string[] = [];
  for await (const url of gateway.listQueueUrls('replies-')) urls.push(url);
  return urls;
}
