import { connect, createServer, type AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import {
  Source,
  SqsModule,
  SqsPipeline,
  SqsPipelines,
  sqsWorker,
  Stage,
} from '../../../lib/index.js';
import { startEmbedded } from '../../support/embedded.js';
import { RecordingLogger } from '../support/recording-logger.js';

const ITEMS = 100;
const MAX_SOCKETS = 20;

/** Five stages; sixteen queues are read. */
@SqsPipeline({ name: 'wide', priorities: 4 })
class Wide {
  private madeCount = 0;
  @Source({ intervalMs: 1, priority: (n: number) => n % 4 }) make(): number | undefined {
    return this.madeCount < ITEMS ? this.madeCount++ : undefined;
  }
  @Stage() one(n: number): number {
    return n;
  }
  @Stage() two(n: number): number {
    return n;
  }
  @Stage() three(n: number): number {
    return n;
  }
  @Stage() end(n: number): number {
    return n;
  }
}

test(
  'five stages of four levels share the sockets of their connection, and starve no send',
  { timeout: 60_000 },
  async () => {
    const service = await startEmbedded();
    const door = await countingDoor(new URL(service.endpoint));
    const testing = await Test.createTestingModule({
      imports: [
        SqsModule.forRoot({
          connection: {
            endpoint: door.url,
            region: 'us-east-1',
            credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
            requestHandler: { httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS } },
          },
        }),
        SqsModule.registerPipeline(Wide),
      ],
    })
      .setLogger(new RecordingLogger())
      .compile();
    const app = testing.createNestMicroservice(sqsWorker({ stages: ['wide'] }));
    const ended = allOf(app.get(SqsPipelines));
    await app.listen();
    expect(new Set(await ended).size).toBe(ITEMS);
    await app.close();
    expect(door.most()).toBeGreaterThan(4);
    expect(door.most()).toBeLessThanOrEqual(MAX_SOCKETS);
    await door.close();
    await service.close();
  },
);

async function allOf(pipelines: SqsPipelines): Promise<number[]> {
  const seen: number[] = [];
  for await (const n of pipelines.results<number>('wide.end')) {
    seen.push(n);
    if (seen.length === ITEMS) break;
  }
  return seen;
}

/** Passes connections on, and counts those that are open at once. */
async function countingDoor({ hostname, port }: URL) {
  let open = 0;
  let most = 0;
  const server = createServer((incoming) => {
    most = Math.max(most, ++open);
    const outgoing = connect(Number(port), hostname);
    incoming.on('close', () => open--);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    most: () => most,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
