import * as fc from 'fast-check';
import { ServerSqs } from '../../../lib/nest/worker/server-sqs.js';
import { Source, SqsPipeline, SqsWorkers, Stage } from '../../../lib/index.js';
import { seededRandom } from '../../support/signals.js';
import { instanceOf, pipelineSetup } from './setup.js';

const ITEMS = 40;

interface World {
  readonly random: () => number;
  /** Share of handler runs and of requests that fail. */
  faults: number;
  readonly left: string[];
  readonly ended: string[];
}

/** Items of a table through three stages; now and then each of them fails. */
function lineOf(world: World, fifo: boolean) {
  const mayFail = (): void => {
    if (world.random() < world.faults) throw new Error('now and then');
  };
  @SqsPipeline({ name: 'line', fifo, visibilityTimeoutSeconds: 30 })
  class Line {
    constructor(readonly workers: SqsWorkers) {}
    @Source({ intervalMs: () => (world.left.length > 0 ? 20 : 60_000), concurrency: 3 }) make():
      string | undefined {
      mayFail();
      return world.left.shift();
    }
    @Stage({ concurrency: 4 }) first(id: string): { id: string } {
      mayFail();
      return { id };
    }
    @Stage({ concurrency: 2 }) second({ id }: { id: string }): string[] {
      mayFail();
      return [id];
    }
    @Stage({ concurrency: 8 }) end([id]: [string]): void {
      mayFail();
      world.ended.push(id);
    }
  }
  return Line;
}

describe('every item that the first queue has accepted reaches the end', () => {
  test.each([
    ['standard', false],
    ['FIFO', true],
  ])(
    'on %s queues, whatever handlers, requests and processes do',
    { timeout: 120_000 },
    async (_name, fifo) => {
      const scenario = fc.record({
        seed: fc.integer({ min: 1, max: 1_000_000 }),
        faults: fc.double({ min: 0, max: 0.4, noNaN: true }),
        lostAnswers: fc.double({ min: 0, max: 0.2, noNaN: true }),
        restarts: fc.array(fc.integer({ min: 100, max: 5_000 }), { maxLength: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(scenario, async (facts) => {
          const { accepted, ended } = await runScenario({ ...facts, fifo });
          expect(accepted.size).toBeGreaterThan(0);
          expect(ended).toEqual(accepted);
        }),
        { numRuns: 8 },
      );
    },
  );
});

interface Scenario {
  seed: number;
  faults: number;
  /** Share of requests that are carried out, and whose answers are lost. */
  lostAnswers: number;
  /** Milliseconds after which all stages are stopped by force, and started anew. */
  restarts: readonly number[];
  fifo: boolean;
}

async function runScenario({ seed, faults, lostAnswers, restarts, fifo }: Scenario) {
  const random = seededRandom(seed);
  const left = Array.from({ length: ITEMS }, (_, index) => `item-${index}`);
  const world: World = { random, faults, left, ended: [] };
  const setup = pipelineSetup();
  const accepted = new Set<string>();
  let lost = lostAnswers;
  setup.service.beforeCall = () => {
    if (random() < world.faults / 2) throw new Error('the network is down');
  };
  setup.service.afterCall = (operation, queue, request) => {
    if (operation === 'SendMessageBatch' && queue.includes('line-make')) note(accepted, request);
    if (random() < lost) throw new Error('the answer was lost');
  };
  const missing = () => [...accepted].filter((id) => !world.ended.includes(id));
  const Line = lineOf(world, fifo);
  const start = () => startCalmly(setup, Line);
  let app = await start();
  for (const ms of restarts) {
    await setup.work(ms);
    const servers = instanceOf(app, Line).workers.all();
    const aborted = Promise.all(servers.map((server) => server.abort()));
    await setup.work(5_000);
    await aborted;
    app = await start();
  }
  await setup.work(20_000);
  world.faults = 0;
  lost = 0;
  // The longest rest between two attempts is a quarter of an hour.
  for (let minute = 0; minute < 120 && missing().length > 0; minute++) await setup.work(60_000);
  await setup.closeAll();
  return { accepted, ended: new Set(world.ended) };
}

/** Starting has faults of its own, and tests of its own. */
async function startCalmly(
  { service, worker }: ReturnType<typeof pipelineSetup>,
  Line: ReturnType<typeof lineOf>,
) {
  const { beforeCall, afterCall } = service;
  service.beforeCall = service.afterCall = undefined;
  const app = await worker({ pipelines: [Line], worker: { stages: ['line'] } });
  service.beforeCall = beforeCall;
  service.afterCall = afterCall;
  expect(instanceOf(app, Line).workers.all()[0]).toBeInstanceOf(ServerSqs);
  return app;
}

function note(accepted: Set<string>, request: unknown): void {
  for (const [, id = ''] of JSON.stringify(request).matchAll(/(item-\d+)/g)) accepted.add(id);
}
