import { Controller, Module } from '@nestjs/common';
import { ClientsModule, MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { lastValueFrom } from 'rxjs';
import { defaultParts } from '../../lib/nest/adapters/default-parts.js';
import { ClientSqs, SqsModule, SqsRecord } from '../../lib/nest/index.js';
import { OWNER_TAG, TOUCHED_TAG } from '../../lib/nest/client/reply-queue.js';
import { SQS_RUNTIME_PARTS } from '../../lib/nest/sqs.constants.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { RecordingLogger } from './support/recording-logger.js';
import { OWN_REPLIES, requestSetup, watch } from './support/requests.js';

@Controller()
class Echo {
  @MessagePattern('echo')
  echo(@Payload() data: unknown): unknown {
    return data;
  }
}

const HOUR_MS = 3_600_000;

describe('replicas', () => {
  test('never take each other’s replies: 20 calls of each at once, none lost', async () => {
    const { client, worker, clock, closeAll, replyQueues } = requestSetup();
    await worker(Echo);
    const [{ client: a }, { client: b }] = [await client(), await client()];
    const calls = Array.from({ length: 20 }, (_, i) => [`a${i}`, `b${i}`] as const);
    const seen = calls.map(([one, two]) => [
      watch(a.send('echo', one)),
      watch(b.send('echo', two)),
    ]);
    await clock.advance(3_000);
    expect(replyQueues()).toHaveLength(2);
    expect(seen.map(([one, two]) => [one?.values, two?.values])).toEqual(
      calls.map(([one, two]) => [[one], [two]]),
    );
    await closeAll();
  });

  test('have their fixed reply queue, one each, and leave it when they close', async () => {
    const { client, worker, gateway, clock, closeAll, replyQueues } = requestSetup();
    await gateway.createQueue('replies-web-1');
    await worker(Echo);
    const { client: web } = await client({ reply: { queue: 'replies-web-1' } });
    const seen = watch(web.send('echo', 1));
    await clock.advance(2_000);
    expect(seen).toEqual({ values: [1], isComplete: true });
    await closeAll();
    expect(replyQueues()).toEqual(['replies-web-1']);
  });

  test('share a fixed reply queue between the clients of one process', async () => {
    const { gateway, worker, clock, closeAll } = requestSetup();
    await gateway.createQueue('replies-web-1');
    await worker(Echo);
    const reply = { queue: 'replies-web-1' };
    const names = ['A', 'B'];
    const clients = names.map((name) => ({
      name,
      customClass: ClientSqs,
      options: { queue: 'jobs', reply },
    }));
    const app = await Test.createTestingModule({
      imports: [SqsModule.forRoot({ connection: { gateway } }), ClientsModule.register(clients)],
    })
      .setLogger(new RecordingLogger())
      .overrideProvider(SQS_RUNTIME_PARTS)
      .useValue({ ...defaultParts, clock })
      .compile();
    await app.init();
    const sent = Array.from({ length: 20 }, (_, i) => i);
    const seen = sent.flatMap((i) =>
      names.map((name) => watch(app.get<ClientSqs>(name).send('echo', `${name}${i}`))),
    );
    await clock.advance(3_000);
    expect(seen.map(({ values }) => values)).toEqual(
      sent.flatMap((i) => names.map((name) => [`${name}${i}`])),
    );
    await closeAll([app]);
    await closeAll();
  });

  test('get no answer where theirs is a FIFO queue: that is said at once', () => {
    const options = { queue: 'jobs', reply: { queue: 'replies.fifo' } };
    expect(() => new ClientSqs(options)).toThrow('standard queue');
    const long = { queue: 'jobs', reply: { prefix: 'x'.repeat(45), create: true as const } };
    expect(() => new ClientSqs(long)).toThrow('leave room for an id');
    const wrong = { queue: 'jobs', reply: { prefix: 'replies-' } as never };
    expect(() => new ClientSqs(wrong)).toThrow('{ prefix, create: true } or { queue }');
  });
});

describe('the reply queue of a process', () => {
  test('is touched hourly while the process lives', async () => {
    const { client, gateway, clock, closeAll, replyQueues } = requestSetup();
    const { client: jobs } = await client();
    watch(jobs.send('echo', 1));
    await clock.advance(1_500);
    const url = await gateway.getQueueUrl(replyQueues()[0] ?? '');
    const before = await gateway.listQueueTags(url);
    await clock.advance(HOUR_MS);
    const after = await gateway.listQueueTags(url);
    expect(Date.parse(after[TOUCHED_TAG] ?? '') - Date.parse(before[TOUCHED_TAG] ?? '')).toBe(
      HOUR_MS,
    );
    await closeAll();
  });

  test('is swept by those that live once it was not touched for a day, and nothing else is', async () => {
    const { client, gateway, clock, closeAll, service, replyQueues } = requestSetup();
    const at = (ageMs: number) => new Date(clock.wallNow() - ageMs).toISOString();
    const tags = (ageMs: number) => ({ [OWNER_TAG]: 'gone:1', [TOUCHED_TAG]: at(ageMs) });
    await gateway.createQueue('replies-dead', { tags: tags(24 * HOUR_MS + 1) });
    await gateway.createQueue('replies-young', { tags: tags(23 * HOUR_MS + 1) });
    await gateway.createQueue('replies-of-somebody', { tags: { touched: at(99 * HOUR_MS) } });
    watch((await client()).client.send('echo', 1));
    await clock.advance(1_500);
    expect(replyQueues()).not.toContain('replies-dead');
    expect(replyQueues()).toContain('replies-young');
    await clock.advance(HOUR_MS);
    expect(replyQueues()).not.toContain('replies-young');
    expect(replyQueues()).toContain('replies-of-somebody');
    expect(service.queueNames()).toContain('jobs');
    await closeAll();
  });

  test('was deleted: the next request opens another one', async () => {
    const { client, worker, gateway, clock, closeAll, replyQueues } = requestSetup();
    await worker(Echo);
    const { client: jobs } = await client();
    const first = watch(jobs.send('echo', 1));
    await clock.advance(2_000);
    const lost = replyQueues()[0] ?? '';
    await gateway.deleteQueue(await gateway.getQueueUrl(lost));
    const next = watch(jobs.send('echo', 2));
    await clock.advance(5_000);
    expect([first.values, next.values]).toEqual([[1], [2]]);
    expect(replyQueues()).toHaveLength(1);
    expect(replyQueues()).not.toContain(lost);
    await closeAll();
  });

  test('is named with the prefix of the app’s queues', async () => {
    const { client, worker, clock, closeAll, service } = requestSetup();
    const module = { queuePrefix: 'dev-' };
    await worker(Echo, {}, module);
    const { client: jobs } = await client({ reply: OWN_REPLIES }, module);
    const seen = watch(jobs.send('echo', 1));
    await clock.advance(2_000);
    expect(seen.values).toEqual([1]);
    expect(service.queueNames().filter((name) => name.startsWith('dev-replies-'))).toHaveLength(1);
    await closeAll();
  });
});

describe('emit()', () => {
  test('sends a task in the native format, those made together in one request', async () => {
    const { client, clock, closeAll, service } = requestSetup();
    const { client: jobs } = await client({});
    const seen = [1, 2, 3].map((data) => watch(jobs.emit({ cmd: 'count' }, data)));
    await clock.advance(10);
    expect(seen.map(({ values }) => values)).toMatchObject(
      seen.map(() => [{ queue: 'jobs', messageId: expect.any(String) as string }]),
    );
    const bodies = service.messages('jobs').map(({ body }) => JSON.parse(body) as unknown);
    expect(bodies).toEqual([1, 2, 3].map((data) => ({ pattern: '{"cmd":"count"}', data })));
    expect(service.calls.of('SendMessageBatch')).toBe(1);
    await closeAll();
  });

  test('sends with the options of a record, on top of those of the client', async () => {
    const { client, clock, closeAll, service } = requestSetup();
    const sendOptions = { attributes: { from: 'web' } };
    const { client: jobs } = await client({ sendOptions });
    watch(jobs.emit('count', new SqsRecord({ n: 1 }, { delaySeconds: 5 })));
    await clock.advance(10);
    expect(service.messages('jobs')).toMatchObject([
      { state: 'delayed', attributes: { from: { stringValue: 'web' } } },
    ]);
    await closeAll();
  });

  test('tells its Observable what sending failed with', async () => {
    const { client, clock, closeAll } = requestSetup();
    const { client: jobs } = await client({});
    const seen = watch(jobs.emit('count', { n: 1n }));
    await clock.advance(10);
    expect(String(seen.error)).toContain('json codec cannot write');
    await closeAll();
  });
});

describe('how a client gets its connection', () => {
  test('from the app’s SqsModule, also where a factory makes the client', async () => {
    const { gateway, clock, service } = requestSetup();
    await gateway.createQueue('jobs');
    const client = {
      name: 'JOBS',
      useFactory: async () => ({ customClass: ClientSqs, options: { queue: 'jobs' } }),
    };
    @Module({
      imports: [
        SqsModule.forRoot({ connection: { gateway } }),
        ClientsModule.registerAsync([client]),
      ],
    })
    class App {}
    const app = await Test.createTestingModule({ imports: [App] })
      .setLogger(new RecordingLogger())
      .compile();
    await app.init();
    await lastValueFrom(app.get<ClientSqs>('JOBS').emit('count', 1));
    expect(service.stats('jobs').sent).toBe(1);
    await app.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('from its own options, without SqsModule; closed, it opens another one', async () => {
    const { gateway, service } = requestSetup();
    await gateway.createQueue('jobs');
    const client = new ClientSqs({ queue: 'jobs', connection: { gateway } });
    await lastValueFrom(client.emit('count', 1));
    await client.close();
    await lastValueFrom(client.emit('count', 2));
    expect(service.stats('jobs').sent).toBe(2);
    await client.close();
  });

  test('from nowhere: it says what is missing', async () => {
    const failed = deferred<unknown>();
    new ClientSqs({ queue: 'jobs' }).emit('count', 1).subscribe({ error: failed.resolve });
    expect(String(await failed.promise)).toContain('SqsModule.forRoot()');
  });
});
