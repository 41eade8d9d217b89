import { NestFactory } from '@nestjs/core';
import { ModuleHost } from '../../../lib/features/isolation/member/module-host.js';
import { StatsModule, told } from './fixtures/stats.module.js';

const code = {
  kind: 'module',
  url: new URL('./fixtures/stats.module.ts', import.meta.url).href,
  exportName: 'StatsModule',
} as const;

// Each member of a pool used to ask and tell for itself.
describe('@OnQueueStats() of a module that is isolated', () => {
  beforeEach(() => {
    told.length = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => void vi.useRealTimers());

  test('is called in the worker alone, not in the members', async () => {
    const worker = await NestFactory.createApplicationContext(StatsModule, { logger: false });
    await vi.advanceTimersByTimeAsync(1_000);
    await worker.close();
    const inWorker = told.splice(0).length;
    const member = await ModuleHost.start(code, 'Stats.run');
    await vi.advanceTimersByTimeAsync(1_000);
    await member.close();

    expect(inWorker).toBeGreaterThan(0);
    expect(told).toEqual([]);
  });
});
