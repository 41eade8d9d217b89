import { Controller, Injectable, Module } from '@nestjs/common';
import type { INestMicroservice, ModuleMetadata } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { constant, retry, SqsContext, SqsModule, SqsProducer, sqsWorker } from '../../lib/index.js';
import type { WorkerOptions } from '../../lib/index.js';
import { SqsHarness, SqsTestingModule } from '../../lib/testing/index.js';
import type { SqsTestingOptions } from '../../lib/testing/index.js';

const done: unknown[] = [];

@Controller()
class Jobs {
  @MessagePattern('add')
  add(@Payload() { a, b }: { a: number; b: number }) {
    done.push(a + b);
  }

  @MessagePattern('fail')
  fail(@Ctx() { attempt }: SqsContext) {
    done.push(`attempt ${attempt}`);
    if (attempt < 3) throw new Error('not yet');
  }

  @MessagePattern('slow')
  async slow() {
    await new Promise((resolve) => setTimeout(resolve, 5));
    done.push('slow');
  }
}

@Injectable()
class Sender {
  constructor(readonly sqs: SqsProducer) {}
}

const open: { close(): Promise<unknown> }[] = [];

async function start(
  options: SqsTestingOptions = {},
  worker: WorkerOptions = {},
  more: ModuleMetadata = {},
) {
  const module = await Test.createTestingModule({
    imports: [SqsTestingModule.forRoot({ queues: ['jobs'], ...options })],
    controllers: [Jobs],
    providers: [Sender],
    ...more,
  }).compile();
  const app = module.createNestMicroservice(
    sqsWorker({ queues: ['jobs'], onError: retry(constant(60)), ...worker }),
  );
  await app.listen();
  open.push(app);
  return bundle(app);
}

function bundle(app: INestMicroservice) {
  return { app, sqs: app.get(SqsProducer), harness: app.get(SqsHarness) };
}

afterEach(async () => {
  done.length = 0;
  for (const app of open.splice(0)) await app.close();
});

const add = { queue: 'jobs', pattern: 'add' };

describe('SqsHarness', () => {
  test('flush() ends when all that is due was sent and handled', async () => {
    const { sqs, harness } = await start();
    await sqs.send(add, { a: 1, b: 2 });
    await sqs.send({ queue: 'jobs', pattern: 'slow' }, {});

    await harness.flush();

    expect(done).toEqual([3, 'slow']);
    expect(harness.messages('jobs')).toEqual([]);
  });

  test('advance() brings retries and delays', async () => {
    const { sqs, harness } = await start();
    await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});
    await sqs.send(add, { a: 1, b: 1 }, { delaySeconds: 900 });
    await harness.flush();
    expect(done).toEqual(['attempt 1']);
    await harness.advance(121_000);
    expect(done).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
    await harness.advance(900_000);
    expect(done).toEqual(['attempt 1', 'attempt 2', 'attempt 3', 2]);
  });

  test('takes the place of a real SqsModule, and connects nowhere', async () => {
    @Module({
      imports: [SqsModule.forRoot({ connection: { region: 'eu-west-1' }, queues: ['jobs'] })],
      controllers: [Jobs],
    })
    class AppModule {}
    const { sqs, harness } = await start(
      {},
      {},
      { imports: [AppModule, SqsTestingModule.forRoot()], controllers: [] },
    );
    await sqs.send(add, { a: 2, b: 2 });
    await harness.flush();
    expect(done).toEqual([4]);
  });
});
