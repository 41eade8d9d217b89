import type { Job } from '../protocol.js';
import { loadFile } from './file-code.js';
import type { RemoteDelivery } from './remote-delivery.js';

type ModuleHost = import('./module-host.js').ModuleHost;

/** One per module: a pool has one, and it is started with the first task. */
const hosts = new Map<string, Promise<ModuleHost>>();

/** @param onLoaded called when the code is there, before it runs */
export async function runCode(
  job: Job,
  delivery: RemoteDelivery,
  onLoaded: () => void,
): Promise<unknown> {
  const run = job.code.kind === 'file' ? await loadFile(job) : await loadModule(job);
  onLoaded();
  return run(delivery);
}

/** Ends the Nest applications that were started. */
export async function closeCode(): Promise<void> {
  const started = await Promise.allSettled(hosts.values());
  hosts.clear();
  const running = started.filter((host) => host.status === 'fulfilled');
  await Promise.all(running.map(({ value }) => value.close()));
}

async function loadModule(job: Job): Promise<(delivery: RemoteDelivery) => Promise<unknown>> {
  const host = await hostOf(job);
  return (delivery) => host.run(job, delivery);
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
