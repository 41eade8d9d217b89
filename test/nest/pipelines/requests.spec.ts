import { Source, SqsPipeline, Stage } from '../../../lib/index.js';
import { instanceOf, pipelineSetup } from './setup.js';

const ITEMS = 4_000;

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
  test(
    'at load, forty slots a stage: at most 0.33 for each item and stage',
    { timeout: 60_000 },
    async () => {
      const { worker, work, service } = pipelineSetup();
      const Busy = busyLine(1);
      const app = await worker({ pipelines: [Busy], worker: { stages: ['busy'] } });
      const line = instanceOf(app, Busy);
      service.calls.reset();
      for (let i = 0; i < 60 && line.endedCount < ITEMS; i++) await work(500);
      await work(300);
      expect(line.endedCount).toBe(ITEMS);
      const operations = [
        'SendMessageBatch',
        'ReceiveMessage',
        'DeleteMessageBatch',
        'ChangeMessageVisibilityBatch',
      ] as const;
      const requests = operations.reduce((sum, operation) => sum + service.calls.of(operation), 0);
      expect(requests / ITEMS / 3).toBeLessThanOrEqual(0.33);
    },
  );

  test('idle: one long poll in twenty seconds for each stage that takes from a queue', async () => {
    @SqsPipeline({ name: 'idle' })
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
    expect(service.calls.of('ReceiveMessage')).toBe(20);
    expect(service.calls.of('SendMessageBatch')).toBe(0);
  });
});
