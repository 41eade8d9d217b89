import { MemberStartError } from '../isolation.errors.js';
import type { Job } from '../protocol.js';
import { FileContext } from './file-context.js';
import { loadedExports } from './loaded-exports.js';
import type { RemoteDelivery } from './remote-delivery.js';

type Work = (...args: unknown[]) => unknown;

/** Calls the exported function with the arguments of the declared method, and the context after them. */
export async function loadFile(job: Job): Promise<(delivery: RemoteDelivery) => Promise<unknown>> {
  const work = await workOf(job);
  return async (delivery) => {
    const context = new FileContext(delivery);
    const args = job.args.map((arg, index) => (job.contextAt.includes(index) ? context : arg));
    return work(...args, ...(job.contextAt.length === 0 ? [context] : []));
  };
}

async function workOf({ code, handler }: Job): Promise<Work> {
  const exported = await loadedExports(code, handler);
  const name = code.exportName ?? 'default';
  const work = exported[name];
  if (typeof work === 'function') return work as Work;
  const names =
    Object.keys(exported)
      .map((one) => `"${one}"`)
      .join(', ') || 'nothing';
  const problem = `${code.url} should export a function as "${name}", but exports ${names}`;
  throw new MemberStartError({ handler, problem });
}
