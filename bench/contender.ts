import { contenders } from './contenders/index.js';
import type { ContenderJob, ContenderReply } from './messages.js';

/**
 * One contender in a process of its own: warm up, then take its processor time. Both parts are counted in tasks, so that
 * a slow machine leaves nobody's code less compiled than another's.
 */
async function measure(job: ContenderJob): Promise<void> {
  const contender = contenders[job.name];
  if (contender === undefined) throw new Error(`No contender is called "${job.name}"`);
  const tasks = new TaskCount();
  await contender.start({ endpoint: job.endpoint, slots: 40, onTask: () => tasks.add() });
  await tasks.reach(job.warmUpTasks);

  tell({ kind: 'mark' });
  const tasksBefore = tasks.count;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await tasks.reach(job.warmUpTasks + job.measureTasks);
  const cpu = process.cpuUsage(cpuBefore);
  tell({
    kind: 'measured',
    tasks: tasks.count - tasksBefore,
    cpuMicros: cpu.user + cpu.system,
    durationMs: performance.now() - startedAt,
    label: contender.label,
  });
}

class TaskCount {
  count = 0;
  private goal = Infinity;
  private reached: () => void = () => {};

  add(): void {
    this.count += 1;
    if (this.count === this.goal) this.reached();
  }

  reach(goal: number): Promise<void> {
    this.goal = goal;
    return new Promise((resolve) => (this.reached = resolve));
  }
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
