import {
  Source,
  SqsPipeline,
  sqspipes,
  Stage,
  type PipelineOptions,
  type ReceivedMessage,
  type SourceOptions,
} from '../../../lib/index.js';
import { instanceOf, pipelineSetup } from './setup.js';

function lineOf(options: Omit<PipelineOptions, 'name'>, source: SourceOptions = {}) {
  @SqsPipeline({ name: 'line', fifo: true, ...options })
  class Line {
    readonly seen: string[] = [];
    upperCount = 0;
    private readonly values = ['a1', 'b1', 'a2', 'b2'];
    @Source({ intervalMs: 10, ...source }) make(): string | undefined {
      return this.values.shift();
    }
    @Stage() upper(value: string): string {
      this.upperCount++;
      return value.toUpperCase();
    }
    @Stage() end(value: string): void {
      this.seen.push(value);
    }
  }
  return Line;
}

describe('a FIFO pipeline', () => {
  test('has FIFO queues, named so', async () => {
    const { worker, service } = pipelineSetup();
    await worker({ pipelines: [lineOf({})], worker: { stages: ['line'] } });
    expect(service.queueNames().toSorted()).toEqual(['line-make.fifo', 'line-upper.fifo']);
  });

  test('gives each item a group of its own, so that all run side by side', async () => {
    const { worker, work, gateway } = pipelineSetup();
    await worker({ pipelines: [lineOf({})], worker: { stages: ['line.make'] } });
    await work();
    const messages = await messagesOf(gateway, 'line-make.fifo');
    const groups = messages.map(({ systemAttributes }) => systemAttributes.MessageGroupId);
    expect(new Set(groups).size).toBe(4);
  });

  test('has a FIFO queue for each level, named by it from level 1 on', async () => {
    const { worker, service } = pipelineSetup();
    await worker({ pipelines: [lineOf({ priorities: 2 })], worker: { stages: ['line.upper'] } });
    expect(service.queueNames().toSorted()).toEqual([
      'line-make--p1.fifo',
      'line-make.fifo',
      'line-upper--p1.fifo',
      'line-upper.fifo',
    ]);
  });

  test('takes the group of an item from a function, or one for all', async () => {
    const { worker, work } = pipelineSetup();
    const Line = lineOf({ groupId: (value) => String(value).slice(0, 1).toLowerCase() });
    const app = await worker({ pipelines: [Line], worker: { stages: ['line'] } });
    await work(3_000);
    const { seen } = instanceOf(app, Line);
    expect(seen.filter((value) => value.startsWith('A'))).toEqual(['A1', 'A2']);
    expect(seen.filter((value) => value.startsWith('B'))).toEqual(['B1', 'B2']);

    const other = pipelineSetup();
    const One = lineOf({ groupId: '-' });
    const single = await other.worker({ pipelines: [One], worker: { stages: ['line'] } });
    await other.work(3_000);
    expect(instanceOf(single, One).seen).toEqual(['A1', 'B1', 'A2', 'B2']);
  });

  test('sends an item on once, though its stage ran twice', async () => {
    const { worker, work, gateway, service } = pipelineSetup();
    const Line = lineOf({});
    const stages = ['line.make', 'line.upper'];
    const first = await worker({ pipelines: [Line], worker: { stages } });
    // It ends after its outputs were accepted and before its items were deleted.
    service.beforeCall = (operation) => {
      if (operation === 'DeleteMessageBatch') throw new Error('the network is down');
    };
    await work(2_000);
    const closing = first.close();
    await work(60_000);
    await closing;
    service.beforeCall = undefined;
    const second = await worker({ pipelines: [Line], worker: { stages: ['line.upper'] } });
    await work(60_000);
    expect(instanceOf(first, Line).upperCount).toBe(4);
    expect(instanceOf(second, Line).upperCount).toBe(4);
    const messages = await messagesOf(gateway, 'line-upper.fifo');
    expect(messages).toHaveLength(4);
  });
});

describe('a pipeline in the format of sqspipes', () => {
  test('takes what Python sent and writes what Python reads', async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf({ format: sqspipes() });
    const app = await worker({
      pipelines: [Line],
      worker: { stages: ['line.upper'] },
    });
    const url = await gateway.getQueueUrl('line-make.fifo');
    const body = '{"meta": {"priority": 0}, "value": "radio"}';
    await gateway.sendBatch(url, [{ body, groupId: '-', deduplicationId: 'd1' }]);
    await work();
    const [message] = await gateway.receive(await gateway.getQueueUrl('line-upper.fifo'), {
      maxMessages: 1,
      waitTimeSeconds: 0,
    });
    expect(JSON.parse(message?.body ?? '')).toEqual({ meta: { priority: 0 }, value: 'RADIO' });
    expect(instanceOf(app, Line).seen).toEqual([]);
  });

  test('keeps what others have put into meta, through every stage and after a retry', async () => {
    const { worker, work, gateway } = pipelineSetup();
    let runs = 0;
    @SqsPipeline({ name: 'line', fifo: true, format: sqspipes(), priorities: 3 })
    class Line {
      @Source() make(): undefined {}
      @Stage() upper(value: string): string {
        if (++runs === 1) throw new Error('not now');
        return value.toUpperCase();
      }
      @Stage() end(): void {}
    }
    await worker({ pipelines: [Line], worker: { stages: ['line.upper'] } });
    const url = await gateway.getQueueUrl('line-make--p1.fifo');
    const body = '{"meta":{"priority":1,"traceId":"t1","more":[1]},"value":"radio"}';
    await gateway.sendBatch(url, [{ body, groupId: '-', deduplicationId: 'd1' }]);
    await work(120_000);
    const [message] = await messagesOf(gateway, 'line-upper--p1.fifo');
    expect(runs).toBe(2);
    expect(JSON.parse(message?.body ?? '')).toEqual({
      meta: { priority: 1, traceId: 't1', more: [1] },
      value: 'RADIO',
    });
  });

  test('names the level that an item is sent to, where the next stage has fewer', async () => {
    const { worker, work, gateway } = pipelineSetup();
    @SqsPipeline({ name: 'short', fifo: true, format: sqspipes(), priorities: 3 })
    class Short {
      @Source() make(): undefined {}
      @Stage({ priorities: 1 }) middle(value: string): string {
        return value;
      }
      @Stage() end(): void {}
    }
    await worker({ pipelines: [Short], worker: { stages: ['short.middle'] } });
    const url = await gateway.getQueueUrl('short-make--p2.fifo');
    const body = '{"meta":{"priority":2,"traceId":"t1"},"value":"x"}';
    await gateway.sendBatch(url, [{ body, groupId: '-', deduplicationId: 'd1' }]);
    await work(3_000);
    const [message] = await messagesOf(gateway, 'short-middle.fifo');
    expect(JSON.parse(message?.body ?? '')).toEqual({
      meta: { priority: 0, traceId: 't1' },
      value: 'x',
    });
  });

  test('says that one NaN in front of the only group holds everything up, at start and when it happens', async () => {
    const { worker, work, gateway, logger } = pipelineSetup();
    const Line = lineOf({ format: sqspipes() });
    await worker({ pipelines: [Line], worker: { stages: ['line.upper'] } });
    const url = await gateway.getQueueUrl('line-make.fifo');
    const bodies = [
      '{"meta": {"priority": 0}, "value": NaN}',
      '{"meta":{"priority":0},"value":"x"}',
    ];
    await gateway.sendBatch(
      url,
      bodies.map((body, n) => ({ body, groupId: '-', deduplicationId: `d${n}` })),
    );
    await work(60_000);
    expect(await messagesOf(gateway, 'line-upper.fifo')).toEqual([]);
    const said = (pattern: RegExp) =>
      logger.lines.filter(({ message }) => pattern.test(JSON.stringify(message)));
    expect(said(/line-make.fifo.{1,3} has neither a dead-letter queue nor a limit/)).toHaveLength(
      1,
    );
    expect(said(/Group .{1,2}-.* waits behind.*the bare word NaN/)).toHaveLength(1);
  });

  test("writes an item's level where Python looks for it", async () => {
    const { worker, work, gateway } = pipelineSetup();
    const Line = lineOf({ format: sqspipes(), priorities: 2 }, { priority: 1 });
    await worker({ pipelines: [Line], worker: { stages: ['line.make'] } });
    await work();
    const [message] = await messagesOf(gateway, 'line-make--p1.fifo');
    expect(JSON.parse(message?.body ?? '')).toEqual({ meta: { priority: 1 }, value: 'a1' });
  });
});

async function messagesOf(
  gateway: ReturnType<typeof pipelineSetup>['gateway'],
  queue: string,
): Promise<ReceivedMessage[]> {
  const url = await gateway.getQueueUrl(queue);
  return gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
}
