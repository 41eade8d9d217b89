import { retry, SqsDeadLetters, SqsQueues } from '../../lib/index.js';
import type { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { closeApps, memoryApp } from './support/memory-app.js';
import { fill, operationsApp, whileTimePasses } from './support/operations-app.js';
import { requestSetup, watch } from './support/requests.js';

afterEach(closeApps);

describe('Where a service answers empty receives at once', () => {
  test('a client that waits for a reply does not ask for it in a hot loop', async () => {
    const { gateway, service, client, clock, logger, closeAll } = requestSetup();
    answerAtOnce(gateway);
    const { client: web } = await client();
    const seen = watch(web.send('echo', 1));
    await clock.advance(25_000);
    expect(service.calls.of('ReceiveMessage')).toBeLessThan(20);
    expect(seen.values).toEqual([]);
    const said = logger.lines.filter(({ message }) =>
      JSON.stringify(message).includes('Empty receives'),
    );
    expect(said).toHaveLength(1);
    await closeAll();
  });

  test('a worker of an app is not one either, and says so once', async () => {
    const app = await memoryApp({ worker: { onUnknownTask: retry() } });
    answerAtOnce(app.gateway);
    await app.clock.advance(300_000);
    expect(app.service.calls.of('ReceiveMessage')).toBeLessThan(70);
    const lines = app.logger.lines.map((line) => JSON.stringify(line));
    expect(lines.filter((line) => line.includes('Empty receives'))).toHaveLength(1);
  });
});

describe('Where a service answers in microtasks', () => {
  test('draining, looking and redriving let the event loop have its turns', async () => {
    const app = await operationsApp({ queues: ['jobs', 'dead'], onMissingQueue: 'create' });
    await app.queues.create('jobs');
    await app.queues.create('dead');
    const bodies = Array.from({ length: 200 }, (_, n) => `${n}`);
    const works: (() => Promise<unknown>)[] = [
      () => app.app.get(SqsDeadLetters).peek('dead', { limit: 200 }),
      () => app.app.get(SqsDeadLetters).redrive('dead', { to: 'jobs', way: 'receive-and-send' }),
      () => app.app.get(SqsQueues).drain('dead'),
    ];
    for (const work of works) {
      await fill(app, 'dead', bodies);
      const before = app.service.calls.of('ReceiveMessage');
      const count = turnsDuring(app.gateway);
      await whileTimePasses(app.clock, work());
      const receives = app.service.calls.of('ReceiveMessage') - before;
      expect(receives).toBeGreaterThan(19);
      // Redriving and draining have four lanes.
      expect(count.stop()).toBeGreaterThanOrEqual(receives / 4);
    }
  });
});

/** As a mock does, or an emulator without long polls. */
function answerAtOnce(gateway: MemoryGateway): void {
  const receive = gateway.receive.bind(gateway);
  gateway.receive = (url, request, options) =>
    receive(url, { ...request, waitTimeSeconds: 0 }, options);
}

/** Turns of the event loop in which a receive was made. */
function turnsDuring(gateway: MemoryGateway): { stop(): number } {
  const receive = gateway.receive;
  let turns = 0;
  let isCounted = false;
  gateway.receive = (...args) => {
    if (!isCounted) {
      turns++;
      setImmediate(() => (isCounted = false));
    }
    isCounted = true;
    return receive.apply(gateway, args);
  };
  return {
    stop() {
      gateway.receive = receive;
      return turns;
    },
  };
}
