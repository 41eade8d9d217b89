import { Controller, Global, Injectable, Module } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  OnApplicationShutdown,
  OnModuleDestroy,
} from '@nestjs/common';
import { Ctx, MessagePattern } from '@nestjs/microservices';
import { SqsConsumer, SqsContext, SqsModule, SqsProducer } from '../../lib/nest/index.js';
import { gate, type Gate } from '../support/signals.js';
import { closeApps, memoryApp, type AppKind } from './support/memory-app.js';

const order: string[] = [];
let finish: Gate;

beforeEach(() => {
  order.length = 0;
  finish = gate();
});

afterEach(closeApps);

/** A provider of a module somewhere in the app. */
function destroyed(name: string) {
  @Injectable()
  class Provider implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
    onModuleDestroy(): void {
      order.push(`destroy ${name}`);
    }
    beforeApplicationShutdown(): void {
      order.push(`before shutdown ${name}`);
    }
    onApplicationShutdown(): void {
      order.push(`shutdown ${name}`);
    }
  }
  return Provider;
}

@Module({ providers: [destroyed('deep')] })
class Deep {}

@Global()
@Module({ providers: [destroyed('global')] })
class Everywhere {}

@Module({ imports: [Deep] })
class Near implements OnModuleDestroy {
  onModuleDestroy(): void {
    order.push('destroy module class');
  }
}

@Controller()
class Jobs {
  constructor(private readonly sqs: SqsProducer) {}

  @MessagePattern('slow')
  async slow(): Promise<void> {
    order.push('running');
    await finish.opened;
    await this.sqs.send({ queue: 'jobs', pattern: 'other' }, null);
    order.push('handler ended');
  }

  @MessagePattern('hung')
  async hung(_data: unknown, @Ctx() { signal }: SqsContext): Promise<void> {
    signal.addEventListener('abort', () => order.push('told'));
    await new Promise(() => {});
  }
}

function start(kind: AppKind) {
  return memoryApp({
    kind,
    queues: ['jobs', 'loop'],
    worker: { queues: ['jobs'] },
    imports: [Near, Everywhere],
    controllers: [Jobs],
    providers: [destroyed('root')],
  });
}

/** The hooks that Nest runs on a signal, without a signal. */
async function shutDown(app: object): Promise<void> {
  const run = Reflect.get(app, 'shutdown') as ((signal: string) => Promise<void>) | undefined;
  if (run !== undefined) return Reflect.apply(run, app, ['SIGTERM']);
  // Nest 11 does these one after another in its listener.
  for (const hook of ['callDestroyHook', 'callBeforeShutdownHook', 'dispose', 'callShutdownHook']) {
    const call = Reflect.get(app, hook) as (signal: string) => Promise<void>;
    await Reflect.apply(call, app, ['SIGTERM']);
  }
}

const ways: [string, AppKind, (app: { close(): Promise<void> }) => Promise<void>][] = [
  ['a microservice closes', 'worker', (app) => app.close()],
  ['a microservice gets a signal with enableShutdownHooks()', 'worker', shutDown],
  ['a hybrid app closes', 'hybrid', (app) => app.close()],
  ['a hybrid app gets a signal with enableShutdownHooks()', 'hybrid', shutDown],
];

describe.each(ways)('When %s', (_, kind, end) => {
  test('its handlers end before any provider is destroyed', async () => {
    const { app, clock, producer, work, service } = await start(kind);
    await producer.send({ queue: 'jobs', pattern: 'slow' }, null);
    await work();
    const ended = end(app);
    await clock.advance(5_000);
    expect(order).toEqual(['running']);
    finish.open();
    await clock.advance(5_000);
    await ended;
    expect(order.slice(0, 2)).toEqual(['running', 'handler ended']);
    expect(order.filter((line) => line.startsWith('destroy'))).toHaveLength(4);
    // What it sent in its last moment has left.
    expect(service.stats('jobs')).toMatchObject({ visible: 1, inflight: 0 });
  });

  test('a handler that never ends is told at the drain deadline, and named before providers are destroyed', async () => {
    const { app, clock, producer, work, logger } = await start(kind);
    await producer.send({ queue: 'jobs', pattern: 'hung' }, null);
    await work();
    const ended = end(app);
    await clock.advance(19_900);
    expect(order).toEqual([]);
    await clock.advance(2_000);
    await ended;
    expect(order[0]).toBe('told');
    expect(order[1]).toMatch(/^destroy/);
    expect(JSON.stringify(logger.of('SqsWorker'))).toMatch(
      /Handlers did not end before the worker stopped.*hung \(message /,
    );
  });

  test('the loop of an SqsConsumer ends, and what it holds may be settled first', async () => {
    const { app, clock, producer, service } = await start(kind);
    const loop = app.get(SqsConsumer).messages('loop');
    const [first] = await Promise.all([
      loop.next(),
      producer.send({ queue: 'loop', pattern: 'mine' }, null),
      clock.advance(100),
    ]);
    const ended = end(app);
    await clock.advance(1_000);
    expect(order).toEqual([]);
    first.value?.ack();
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await clock.advance(2_000);
    await ended;
    expect(order[0]).toMatch(/^destroy/);
    expect(service.stats('loop')).toMatchObject({ visible: 0, inflight: 0 });
  });
});

test('a loop that settles nothing is left at the drain deadline, and its messages are given back', async () => {
  const { app, clock, producer, service, logger } = await start('web');
  const loop = app.get(SqsConsumer).messages('loop');
  const asked = loop.next();
  await producer.send({ queue: 'loop', pattern: 'mine' }, null);
  await clock.advance(100);
  await asked;
  const ended = app.close();
  await clock.advance(25_000);
  await ended;
  expect(service.stats('loop')).toMatchObject({ visible: 1, inflight: 0 });
  expect(JSON.stringify(logger.of('SqsWorker'))).toContain(
    'A loop did not settle what it held in time; its messages were given back',
  );
});

test('an app without a worker closes as before', async () => {
  const { app } = await memoryApp({ kind: 'web', imports: [Near], providers: [destroyed('root')] });
  await app.close();
  expect(order.filter((line) => line.startsWith('destroy')).toSorted()).toEqual([
    'destroy deep',
    'destroy module class',
    'destroy root',
  ]);
});

test('the module is made once, however often SqsModule is imported', async () => {
  const { app, clock } = await memoryApp({
    kind: 'hybrid',
    controllers: [Jobs],
    imports: [SqsModule.registerQueue({ name: 'jobs' })],
  });
  const ended = app.close();
  await clock.advance(1_000);
  await expect(ended).resolves.toBeUndefined();
});
