import { setTimeout as pause } from 'node:timers/promises';
import { contenders } from './contenders/index.js';
import type { ContenderJob, ContenderReply } from './messages.js';

/** One contender in a process of its own: warm up, then count its tasks and its processor time. */
async function measure(job: ContenderJob): Promise<void> {
  const contender = contenders[job.name];
  if (contender === undefined) throw new Error(`No contender is called "${job.name}"`);
  let tasks = 0;
  await contender.start({ endpoint: job.endpoint, slots: 40, onTask: () => void (tasks += 1) });
  await pause(job.warmUpMs);

  tell({ kind: 'mark' });
  const tasksBefore = tasks;
  const cpuBefore = process.cpuUsage();
  await pause(job.measureMs);
  const cpu = process.cpuUsage(cpuBefore);
  tell({
    kind: 'measured',
    tasks: tasks - tasksBefore,
    cpuMicros: cpu.user + cpu.system,
    label: contender.label,
  });
}

function tell(reply: ContenderReply): void {
  process.send?.(reply);
}

// The parent ends this process once it has read the counts: stopping well is not what is measured here.
process.on('disconnect', () => process.exit(0));
process.once('message', (job: ContenderJob) => {
  measure(job).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
