import { Source, SqsPipeline, Stage } from '../../../lib/index.js';
import { scaled } from '../../support/scale.js';
import { instanceOf, pipelineSetup } from './setup.js';

const ITEMS = scaled({ quick: 1_000, full: 2_000 });

function busyLine(priorities: number) {
  @SqsPipeline({ name: 'busy', priorities })
  class Busy {
    endedCount = 0;
    private madeCount = 0;
    @Source({ concurrency: 40, priority: (n: number) => n % priorities })
    make(): number | undefined {
      return this.madeCount < ITEMS ? this.madeCount++ : undefined;
    }
    @Stage({ concurrency: 40 }) first(n: number): number {
      return n;
    }
    @Stage({ concurrency: 40 }) second(n: number): number {
      return n;
    }
    @Stage({ concurrency: 40 }) end(_n: number): void {
      this.endedCount++;
    }
  }
  return Busy;
}

describe('requests of a pipeline', () => {
  test('with its source, at load: at most 0.33 for each item and stage', async () => {
    const { worker, work, service } = pipelineSetup();
    const Busy = busyLine(1);
    const app = await worker({ pipelines: [Busy], worker: { stages: ['busy'] } });
    const line = instanceOf(app, Busy);
    service.calls.reset();
    for (let i = 0; i < 60 && line.endedCount < ITEMS; i++) await work(500);
    await work(300);
    expect(line.endedCount).toBe(ITEMS);
    expect(requestsTo(service) / ITEMS / 3).toBeLessThanOrEqual(0.33);
  });

  test.each([
    { priorities: 1, answers: 'at once', answerMs: 0 },
    { priorities: 1, answers: 'in 10 ms', answerMs: 10 },
    { priorities: 4, answers: 'at once', answerMs: 0 },
    { priorities: 4, answers: 'in 10 ms', answerMs: 10 },
  ])(
    '$priorities levels full of items, forty slots a stage, SQS answers $answers: at most 0.33 for each item and stage',
    { timeout: 60_000 },
    async ({ priorities, answerMs }) => {
      const { worker, work, service, clock, closeAll } = pipelineSetup();
      const Busy = busyLine(priorities);
      await worker({ pipelines: [Busy], worker: { stages: ['busy.make'] } });
      await work(1_000);
      await closeAll();
      const stages = ['busy.first', 'busy.second', 'busy.end'];
      if (answerMs > 0) {
        service.beforeCall = () => new Promise((resolve) => void clock.setTimer(resolve, answerMs));
      }
      service.calls.reset();
      const started = worker({ pipelines: [Busy], worker: { stages } });
      await work(100);
      const line = instanceOf(await started, Busy);
      for (let i = 0; i < 120 && line.endedCount < ITEMS; i++) await work(500);
      await work(300);
      expect(line.endedCount).toBe(ITEMS);
      expect(requestsTo(service) / ITEMS / stages.length).toBeLessThanOrEqual(0.33);
    },
  );

  test('idle: one long poll in twenty seconds for each level of each queue that is read', async () => {
    @SqsPipeline({ name: 'idle', priorities: 3 })
    class Idle {
      @Source({ intervalMs: 100 }) make(): void {}
      @Stage() first(): void {}
      @Stage() end(): void {}
    }
    const { worker, work, service } = pipelineSetup();
    await worker({ pipelines: [Idle], worker: { stages: ['idle'] } });
    await work(20_000);
    service.calls.reset();
    await work(200_000);
    expect(service.calls.of('ReceiveMessage')).toBe(60);
    expect(service.calls.of('SendMessageBatch')).toBe(0);
  });
});

function requestsTo({ calls }: ReturnType<typeof pipelineSetup>['service']): number {
  const operations = [
    'SendMessageBatch',
    'ReceiveMessage',
    'DeleteMessageBatch',
    'ChangeMessageVisibilityBatch',
  ] as const;
  return operations.reduce((sum, operation) => sum + calls.of(operation), 0);
}
