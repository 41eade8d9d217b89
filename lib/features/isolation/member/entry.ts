// What a member of a pool runs: a thread or a process that knows nothing of the worker but what comes over its line.
import { isMainThread } from 'node:worker_threads';
import { packed, unpacked } from '../clone.js';
import { recordOf } from '../error-record.js';
import type { Ended, Job, MemberTask } from '../protocol.js';
import { closeCode, runCode } from './code.js';
import { endWithWorker } from './end-with-worker.js';
import { MemberLine } from './member-line.js';
import { RecycleCount } from './recycle-count.js';
import { RemoteDelivery } from './remote-delivery.js';

const done = new RecycleCount();
let line: MemberLine | undefined;
let hasBegun = false;
if (isMainThread) endWithWorker();

/** Called by the pool, one task at a time. */
export default async function runTask({ job: bytes, port, run }: MemberTask): Promise<void> {
  const job = unpacked(bytes) as Job;
  line?.close();
  line = new MemberLine(port, run);
  line.onClose = () => void close(line);
  const own = line;
  const delivery = new RemoteDelivery(job, own);
  await own.told;
  own.send({ kind: 'started' });
  const result = await resultOf(job, delivery, own);
  const isLast = done.isLast(job.recycle);
  own.send({ kind: 'ended', result, isAcked: delivery.isAcked, isLast });
  if (isLast) await retire(own);
  // Returning tells the pool that this member is free.
  await own.proved();
}

async function resultOf(
  job: Job,
  delivery: RemoteDelivery,
  to: MemberLine,
): Promise<Ended['result']> {
  try {
    const value = await runCode(job, delivery, () => begin(to));
    return { value: packed(value, `the value of ${job.handler}`) };
  } catch (error) {
    return { error: recordOf(error) };
  }
}

/** The first task of a member waits for its code: its limits count from here. */
function begin(to: MemberLine): void {
  if (hasBegun) return;
  hasBegun = true;
  to.send({ kind: 'begun' });
}

/** Nothing more comes: the worker ends this member once it has closed what it opened. */
async function retire(last: MemberLine): Promise<never> {
  await close(last);
  return new Promise(() => {});
}

async function close(to: MemberLine | undefined): Promise<void> {
  try {
    await closeCode();
  } finally {
    to?.send({ kind: 'closed' });
  }
}
