// What a member of a pool runs: a thread or a process that knows nothing of the worker but what comes over its line.
import { packed, unpacked } from '../clone.js';
import { recordOf } from '../error-record.js';
import type { Ended, Job, MemberTask } from '../protocol.js';
import { closeCode, runCode } from './code.js';
import { MemberLine } from './member-line.js';
import { RecycleCount } from './recycle-count.js';
import { RemoteDelivery } from './remote-delivery.js';

const done = new RecycleCount();
let line: MemberLine | undefined;

/** Called by the pool, one task at a time. */
export default async function runTask({ job: bytes, port }: MemberTask): Promise<void> {
  const job = unpacked(bytes) as Job;
  line?.close();
  line = new MemberLine(port);
  line.onClose = () => void close(line);
  const delivery = new RemoteDelivery(job, line);
  const result = await resultOf(job, delivery);
  const isLast = done.isLast(job.recycle);
  line.send({ kind: 'ended', result, isAcked: delivery.isAcked, isLast });
  if (isLast) await retire(line);
}

async function resultOf(job: Job, delivery: RemoteDelivery): Promise<Ended['result']> {
  try {
    const value = await runCode(job, delivery);
    return { value: packed(value, `the value of ${job.handler}`) };
  } catch (error) {
    return { error: recordOf(error) };
  }
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
