import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { constant, retry, SqsProducer, sqsWorker } from 'nestjs-sqs-tasks';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';
import { median } from '../median.js';
import { atMost, printVerdicts } from '../verdicts.js';
import type { Verdict } from '../verdicts.js';

/**
 * The testing kit as a large suite uses it: a thousand workers made, used once and closed, which must leave nothing
 * behind; and hours of manual time, which must pass in no time.
 */
const SET_UPS = Number(process.env['TESTING_SET_UPS'] ?? 1_000);
/** What is compiled and cached along the way is no leak. */
const WARM_UP = 300;
const MAX_SET_UP_MS = 50;
const MAX_HEAP_BYTES = 2_000;
const HOUR_MS = 3_600_000;
const BLOCKS = 4;
const TURNS = 5;

@Controller()
class Jobs {
  constructor(private readonly harness: SqsHarness) {}

  @MessagePattern('work')
  async work(@Payload() hours: number): Promise<void> {
    if (hours > 0) await this.harness.sleep(hours * HOUR_MS);
  }

  @MessagePattern('fail')
  fail(): void {
    throw new Error('never works');
  }
}

interface Made {
  readonly app: INestMicroservice;
  readonly sqs: SqsProducer;
  readonly harness: SqsHarness;
}

const work = { queue: 'jobs', pattern: 'work' };
const order = { queue: 'orders.fifo', pattern: 'work' };
const once = { groupId: 'g', deduplicationId: 'd' };

/** What a test would do, and the most real milliseconds that it may take. */
const scenarios: Record<string, { maxMs: number; run(made: Made): Promise<number> }> = {
  'a 15-minute delay': {
    maxMs: 100,
    async run({ sqs, harness }) {
      await sqs.send(work, 0, { delaySeconds: 900 });
      await harness.advance(900_000);
      return harness.handled('work').length - 1;
    },
  },
  'a 12-hour task': {
    maxMs: 2_000,
    async run({ sqs, harness }) {
      await sqs.send(work, 11.9);
      await harness.advance(12 * HOUR_MS);
      return harness.handled('work').length - 1;
    },
  },
  'a redrive after five receives': {
    maxMs: 100,
    async run({ sqs, harness }) {
      await sqs.send({ queue: 'jobs', pattern: 'fail' }, {});
      await harness.advance(6 * 60_000);
      return harness.messages('jobs-dead').length - 1;
    },
  },
  'a FIFO deduplication window': {
    maxMs: 100,
    async run({ sqs, harness }) {
      await sqs.send(order, 0, once);
      await harness.advance(299_000);
      await sqs.send(order, 0, once);
      await harness.advance(2_000);
      await sqs.send(order, 0, once);
      await harness.flush();
      return harness.handled('work').length - 2;
    },
  },
};

async function main(): Promise<void> {
  await times(WARM_UP);
  const handles = process.getActiveResourcesInfo().length;
  const setUps: number[] = [];
  const growth: number[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const heap = heapBytes();
    setUps.push(...(await times(SET_UPS / BLOCKS)));
    growth.push((heapBytes() - heap) / (SET_UPS / BLOCKS));
  }
  const left = process.getActiveResourcesInfo().length - handles;
  const verdicts = [
    atMost('a set-up, one task and the tear-down, median', median(setUps), MAX_SET_UP_MS, ' ms'),
    // A leak shows in every block; what is compiled and cached meanwhile in some.
    atMost(`heap left by each of ${SET_UPS} set-ups`, Math.min(...growth), MAX_HEAP_BYTES, ' B'),
    atMost(`handles left by ${SET_UPS} set-ups`, left, 0),
    ...(await scenarioVerdicts()),
  ];
  process.exitCode = printVerdicts(verdicts) ? 0 : 1;
}

async function times(count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    const made = await start();
    await made.sqs.send(work, 0);
    await made.harness.flush();
    await made.app.close();
    if (made.harness.handled('work').length !== 1) throw new Error('the task did not run');
    taken.push(performance.now() - started);
  }
  return taken;
}

async function scenarioVerdicts(): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    const taken: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) taken.push(await timeOf(scenario.run));
    verdicts.push(atMost(`${name}, median of ${TURNS}`, median(taken), scenario.maxMs, ' ms'));
  }
  return verdicts;
}

async function timeOf(run: (made: Made) => Promise<number>): Promise<number> {
  const made = await start();
  const started = performance.now();
  const wrong = await run(made);
  const taken = performance.now() - started;
  await made.app.close();
  if (wrong !== 0) throw new Error(`a scenario did not go as it should: ${wrong} off`);
  return taken;
}

async function start(): Promise<Made> {
  const jobs = { name: 'jobs', deadLetter: { queue: 'jobs-dead', maxReceiveCount: 5 } };
  const kit = SqsTestingModule.forRoot({ queues: [jobs, 'orders.fifo'], silent: true });
  const module = await Test.createTestingModule({ imports: [kit], controllers: [Jobs] }).compile();
  const onError = retry(constant(60));
  const worker = sqsWorker({ queues: ['jobs', 'orders.fifo'], onError });
  const app = module.createNestMicroservice(worker);
  await app.listen();
  return { app, sqs: app.get(SqsProducer), harness: app.get(SqsHarness) };
}

function heapBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

await main();
