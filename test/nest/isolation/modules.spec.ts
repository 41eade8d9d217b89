import { closeApps } from '../support/memory-app.js';
import { Model, TrainController, TrainModule } from './fixtures/train.module.js';
import { isolationApp } from './support.js';

describe('a task isolated with its module', { timeout: 60_000 }, () => {
  let app: Awaited<ReturnType<typeof isolationApp>>;
  // One app for all: its pools start their module once.
  beforeAll(async () => void (app = await isolationApp({ imports: [TrainModule] })));
  afterAll(closeApps);

  test('runs the same method in a member, with what it injects, started once', async () => {
    const first = await app.ran('train', { rounds: 2 });
    const second = await app.ran('train', { rounds: 3 });

    // The pipe of the parameter has doubled them, once, in the worker.
    const pid = (first as { value: { pid: number } }).value.pid;
    expect(pid).not.toBe(process.pid);
    expect(first).toMatchObject({ kind: 'success', value: { trained: 4 } });
    expect(second).toMatchObject({ value: { pid, trained: 10 } });
  });

  test('gives the method its context wherever it asks for it', async () => {
    const outcome = await app.ran('context', { n: 1 });

    expect(outcome).toMatchObject({
      kind: 'success',
      value: { queue: 'jobs', pattern: 'context', attempt: 1, data: { n: 1 }, isContext: true },
    });
  });

  test('obeys the control errors that the method throws', async () => {
    expect(await app.ran('control', { how: 'retry' })).toMatchObject({
      kind: 'retry',
      delaySeconds: 7,
      wanted: true,
      error: { name: 'RetryTaskError' },
    });
    expect(await app.ran('control', { how: 'discard' })).toMatchObject({
      kind: 'discard',
      reason: 'not wanted',
    });
    expect(await app.ran('control', { how: 'dead-letter' })).toMatchObject({
      kind: 'dead-letter',
      reason: 'no use',
    });
  });

  test('makes a request-scoped controller anew for each task', async () => {
    expect(await app.ran('fresh', {})).toMatchObject({ value: 1 });
    expect(await app.ran('fresh', {})).toMatchObject({ value: 1 });
  });

  test('leaves the method as it is for whoever calls it directly', () => {
    const controller = new TrainController(new Model());

    expect(controller.train({ rounds: 2 })).toEqual({ pid: process.pid, trained: 2 });
  });
});
