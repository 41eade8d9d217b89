import { Injectable } from '@nestjs/common';
import type { QueueGateway } from '../../../lib/contracts/index.js';
import {
  constant,
  crash,
  discard,
  GatewayError,
  InvalidTaskDataError,
  PreTask,
  retry,
  Source,
  SqsPipeline,
  SqsWorkers,
  Stage,
  UnknownTaskError,
} from '../../../lib/index.js';
import type { OutcomePolicy, TaskDelivery } from '../../../lib/index.js';
import { ServerSqs } from '../../../lib/nest/worker/server-sqs.js';
import { instanceOf, pipelineSetup } from './setup.js';

/** One item through two stages; what goes wrong is up to the test. */
function lineOf(onError?: OutcomePolicy) {
  @SqsPipeline({ name: 'line' })
  class Line {
    readonly seen: unknown[] = [];
    readonly ran: unknown[] = [];
    change: (value: string) => unknown = (value) => `${value}!`;
    private isMade = false;
    constructor(readonly workers: SqsWorkers) {}
    @Source({ intervalMs: 1_000 }) make(): string | undefined {
      if (this.isMade) return undefined;
      this.isMade = true;
      return 'item';
    }
    @Stage(onError === undefined ? {} : { onError }) change1(value: string): unknown {
      this.ran.push(value);
      return this.change(value);
    }
    @Stage() see(value: unknown): void {
      this.seen.push(value);
    }
  }
  return Line;
}

/** A gateway whose sends to one queue fail as long as the test says so. */
function failingSends(gateway: QueueGateway, queue: string) {
  const state = { isFailing: true };
  const failing: QueueGateway = Object.create(gateway, {
    sendBatch: {
      value: async (...args: Parameters<QueueGateway['sendBatch']>) => {
        if (!state.isFailing || !args[0].endsWith(`/${queue}`)) return gateway.sendBatch(...args);
        throw new GatewayError({
          kind: 'access-denied',
          operation: 'SendMessageBatch',
          detail: 'no',
        });
      },
    },
  }) as QueueGateway;
  return { failing, state };
}

describe('an output that the next queue does not accept', () => {
  test.each([
    ['by default', undefined],
    ['even where onError discards', discard()],
    ['even where onError crashes', crash()],
  ])('is made again from its item: nothing is lost, %s', async (_name, onError) => {
    const { worker, work, gateway, logger } = pipelineSetup();
    const Line = lineOf(onError);
    const { failing, state } = failingSends(gateway, 'line-change1');
    const app = await worker({ pipelines: [Line], worker: { stages: ['line'] }, gateway: failing });
    const line = instanceOf(app, Line);
    await work(10_000);
    expect(line.seen).toEqual([]);
    expect(logger.lines.some(({ message }) => /not accepted by queue/.test(textOf(message)))).toBe(
      true,
    );
    state.isFailing = false;
    await work(900_000);
    expect(line.seen).toEqual(['item!']);
    expect(line.ran.length).toBeGreaterThan(1);
  });

  test('is settled only once it was accepted', async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf();
    const { failing } = failingSends(gateway, 'line-change1');
    await worker({ pipelines: [Line], worker: { stages: ['line'] }, gateway: failing });
    await work(1_000);
    const url = await gateway.getQueueUrl('line-make');
    const counts = await gateway.getQueueAttributes(url);
    const held =
      Number(counts['ApproximateNumberOfMessages']) +
      Number(counts['ApproximateNumberOfMessagesNotVisible']);
    expect(held).toBe(1);
  });
});

describe("a source's output that the first queue does not accept", () => {
  test('is kept, and sent until it is accepted: the source is not asked again for it', async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf();
    const { failing, state } = failingSends(gateway, 'line-make');
    const app = await worker({ pipelines: [Line], worker: { stages: ['line'] }, gateway: failing });
    await work(60_000);
    expect(instanceOf(app, Line).seen).toEqual([]);
    state.isFailing = false;
    await work(60_000);
    expect(instanceOf(app, Line).seen).toEqual(['item!']);
  });

  test('holds up no drain for longer than its deadline', async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf();
    const { failing } = failingSends(gateway, 'line-make');
    const app = await worker({
      pipelines: [Line],
      worker: { stages: ['line'], drainTimeoutMs: 5_000 },
      gateway: failing,
    });
    await work(10_000);
    const [server] = instanceOf(app, Line).workers.all();
    const closing = server?.close();
    await work(10_000);
    await closing;
    expect(await server?.ended).toMatchObject({ reason: 'drained' });
  });
});

describe('an output that cannot be sent at all', () => {
  test("is the stage's failure: its policy decides", async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf(discard());
    const app = await worker({ pipelines: [Line], worker: { stages: ['line'] } });
    instanceOf(app, Line).change = () => 10n;
    await work(5_000);
    const url = await gateway.getQueueUrl('line-make');
    const counts = await gateway.getQueueAttributes(url);
    expect(counts['ApproximateNumberOfMessages']).toBe('0');
    expect(counts['ApproximateNumberOfMessagesNotVisible']).toBe('0');
  });
});

describe('an output whose level cannot be computed', () => {
  test("is the stage's failure, and no output that was not accepted: its policy decides", async () => {
    @SqsPipeline({ name: 'levels', priorities: 2 })
    class Levels {
      isMade = false;
      @Source({ intervalMs: 1_000 }) make(): string | undefined {
        if (this.isMade) return undefined;
        this.isMade = true;
        return 'item';
      }
      @Stage({ onError: discard(), priority: () => thrown('no level') }) change(): string {
        return 'changed';
      }
      @Stage() see(): void {}
    }
    const { worker, work, service } = pipelineSetup();
    await worker({ pipelines: [Levels], worker: { stages: ['levels'] } });
    await work(5_000);
    expect(service.messages('levels-make')).toEqual([]);
    expect(service.messages('levels-change')).toEqual([]);
  });
});

describe("a stage's own onError", () => {
  @Injectable()
  class Broken {
    @PreTask()
    start({ pattern }: TaskDelivery): void {
      if (pattern === 'line.change1') thrown('not ready');
    }
  }

  test('decides where a @PreTask() throws before it', async () => {
    const { worker, work, service } = pipelineSetup();
    const Line = lineOf(discard());
    const app = await worker({
      pipelines: [Line],
      providers: [Broken],
      worker: { stages: ['line'] },
    });
    await work(5_000);
    expect(instanceOf(app, Line).ran).toEqual([]);
    expect(service.messages('line-make')).toEqual([]);
  });

  test('decides, and not onInvalidMessage, about an error of the library that it throws', async () => {
    const { worker, work, service } = pipelineSetup();
    const Line = lineOf(retry(constant(600)));
    const app = await worker({
      pipelines: [Line],
      worker: { stages: ['line'], onInvalidMessage: discard(), onUnknownTask: discard() },
    });
    const errors = [
      new InvalidTaskDataError({ pattern: 'other', issues: ['no'] }),
      new UnknownTaskError({ pattern: 'other', queue: 'other', known: [] }),
    ];
    instanceOf(app, Line).change = () => {
      throw errors.shift() ?? new Error('no more');
    };
    await work(1_000_000);
    expect(errors).toEqual([]);
    expect(service.messages('line-make')).toHaveLength(1);
  });
});

describe('a stage that throws', () => {
  test('has its item again, and it reaches the end', async () => {
    const { worker, work } = pipelineSetup();
    const Line = lineOf();
    const app = await worker({ pipelines: [Line], worker: { stages: ['line'] } });
    const line = instanceOf(app, Line);
    let runs = 0;
    line.change = (value) => {
      if (++runs < 3) throw new Error('not yet');
      return value;
    };
    await work(60_000);
    expect(line.seen).toEqual(['item']);
    expect(runs).toBe(3);
  });

  test('with crash() ends the worker with its error, and its item is given back', async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf(crash());
    const app = await worker({ pipelines: [Line], worker: { stages: ['line'] } });
    const broken = new Error('broken');
    instanceOf(app, Line).change = () => {
      throw broken;
    };
    await work(30_000);
    const [server] = instanceOf(app, Line).workers.all();
    expect(server).toBeInstanceOf(ServerSqs);
    expect(await server?.ended).toMatchObject({ reason: 'fatal', error: broken });
    const url = await gateway.getQueueUrl('line-make');
    const messages = await gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    expect(messages).toHaveLength(1);
  });
});

describe('dead letters of a stage', () => {
  @SqsPipeline({ name: 'mortal', maxReceiveCount: 2 })
  class Mortal {
    readonly seen: unknown[] = [];
    isBroken = true;
    private isMade = false;
    @Source({ intervalMs: 1_000 }) make(): string | undefined {
      if (this.isMade) return undefined;
      this.isMade = true;
      return 'item';
    }
    @Stage() check(value: string): string {
      if (this.isBroken) throw new Error('broken');
      return value;
    }
    @Stage() see(value: unknown): void {
      this.seen.push(value);
    }
  }

  test('lie in a queue beside its own, and go on from there once they are worked in place', async () => {
    const { worker, work, service, closeAll, bodies } = pipelineSetup();
    await worker({ pipelines: [Mortal], worker: { stages: ['mortal'] } });
    await work(60_000);
    expect(service.queueNames().toSorted()).toEqual([
      'mortal-check',
      'mortal-check-dead',
      'mortal-make',
      'mortal-make-dead',
    ]);
    await closeAll();
    const mended = await worker({
      pipelines: [Mortal],
      worker: {
        stages: ['mortal.see'],
        queues: [{ name: 'mortal-make-dead', handlersOf: 'mortal-make' }],
      },
    });
    instanceOf(mended, Mortal).isBroken = false;
    await work(60_000);
    expect(instanceOf(mended, Mortal).seen).toEqual(['item']);
    expect(await bodies('mortal-make-dead')).toEqual([]);
  });
});

function thrown(message: string): never {
  throw new Error(message);
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
