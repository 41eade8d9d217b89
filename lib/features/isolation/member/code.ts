import type { Job } from '../protocol.js';
import { runFile } from './file-code.js';
import type { RemoteDelivery } from './remote-delivery.js';

type ModuleHost = import('./module-host.js').ModuleHost;

/** One per module: a pool has one, and it is started with the first task. */
const hosts = new Map<string, Promise<ModuleHost>>();

export async function runCode(job: Job, delivery: RemoteDelivery): Promise<unknown> {
  if (job.code.kind === 'file') return runFile(job, delivery);
  return (await hostOf(job)).run(job, delivery);
}

/** Ends the Nest applications that were started. */
export async function closeCode(): Promise<void> {
  const started = await Promise.allSettled(hosts.values());
  hosts.clear();
  const running = started.filter((host) => host.status === 'fulfilled');
  await Promise.all(running.map(({ value }) => value.close()));
}

async function hostOf({ code, handler }: Job): Promise<ModuleHost> {
  const found = hosts.get(code.url);
  if (found !== undefined) return found;
  // Nest is loaded only where a module asks for it: a file alone starts faster.
  const { ModuleHost } = await import('./module-host.js');
  const starting = ModuleHost.start(code, handler);
  hosts.set(code.url, starting);
  // The next task tries again.
  starting.catch(() => hosts.delete(code.url));
  return starting;
}
