import { Worker } from 'node:worker_threads';

/**
 * A process whose worker was killed has nobody to answer to, and its task runs somewhere else soon: it ends, whatever it
 * does. While a task keeps this thread, only another one can look.
 */
export function endWithWorker(): void {
  process.once('disconnect', () => process.exit(1));
  // Given as text: it is the same from sources and from the package, and needs no loader.
  new Worker(watch, { eval: true, workerData: process.ppid, execArgv: [] }).unref();
}

const watch = `
  const { workerData: worker } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== worker) process.kill(process.pid, 'SIGKILL');
  }, 1_000);
`;
