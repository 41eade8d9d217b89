import { setTimeout as wait } from 'node:timers/promises';

/** Waits a little longer than asked: a service rounds, and its clock is not ours. */
export async function realTime(ms: number): Promise<void> {
  await wait(ms + 250);
}
