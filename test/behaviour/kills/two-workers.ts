import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultyQueue, type Test } from '../../support/faulty-queue.js';
import { Ledger } from '../../support/ledger.js';
import { Children, type Child } from '../../support/process.js';

/** Two workers in processes of their own, neither started yet; their queue, and what both of them did. */
export async function twoWorkers(test: Test) {
  const queue = await faultyQueue(test, { visibilityTimeoutSeconds: 2 });
  const folder = mkdtempSync(join(tmpdir(), 'two-workers-'));
  const ledger = new Ledger(join(folder, 'ledger'));
  const children = new Children();
  test.onTestFinished(async () => {
    await children.stopAll();
    rmSync(folder, { recursive: true });
  });
  const args = [queue.proxy.url, queue.queueUrl, ledger.path];
  const [first, second] = [
    children.start(workerChild, { args }),
    children.start(workerChild, { args }),
  ];
  return { queue, ledger, first, second };
}

export const workerChild = new URL('./fixtures/worker-child.ts', import.meta.url);

/** Starts it once it is ready. */
export async function go(child: Child): Promise<void> {
  await child.line(/^ready/);
  child.tell('go');
}

/** With nothing that it could do about it. */
export async function kill(child: Child): Promise<void> {
  child.kill('SIGKILL');
  await child.exited;
}
