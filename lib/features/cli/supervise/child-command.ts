import type { LoggerService } from '@nestjs/common';
import type { Timer } from '../../../contracts/index.js';
import type { ProcessHost } from '../../../nest/index.js';
import { UsageError } from '../errors/cli-errors.js';
import type { CliHost, ParentChannel } from '../host.js';
import { endingWith } from '../launcher/ending-with.js';
import type { WorkSettings } from '../work/settings.js';
import { NO_TASKS } from '../work/task-counts.js';
import type { TaskCounts } from '../work/task-counts.js';
import { speech } from '../work/work-command.js';
import { WorkerProcess } from '../work/worker-process.js';
import { isMessage } from './messages.js';
import type { AbortMessage, FromWorker, ToWorker } from './messages.js';

/** What a worker process is started as; not for users. */
export const CHILD_COMMAND = 'worker-process';

/** Milliseconds between two messages about what was done. */
const TELL_EVERY_MS = 500;

/** One worker process of `nestjs-sqs work --processes`. Resolves with the exit code. */
export async function childCommand(host: CliHost): Promise<number> {
  const { parent } = host;
  if (parent === undefined)
    throw new UsageError(`${CHILD_COMMAND} is started by work --processes.`);
  const settings = await firstSettings(parent);
  const teller = new Teller(host, parent);
  const { sayer, logger } = speech(settings, host);
  const worker = new WorkerProcess({
    settings,
    cwd: host.cwd,
    env: host.env,
    process: drainingWithParent(abortingWithParent(host.process, parent), parent, {
      logger,
      beforeExit: () => teller.flush(),
    }),
    logger,
    say: (error) => sayer.say(error),
    leavesStatsToAnother: true,
    follower: {
      report: (report) => teller.tell({ type: 'report', report }),
      started: () => teller.tell({ type: 'started' }),
      counts: (counts) => teller.count(counts),
    },
  });
  parent.onMessage((message) => {
    if (isMessage<ToWorker>(message, ['tell-stats'])) worker.tellStats();
  });
  const code = await worker.run();
  teller.flush();
  return code;
}

function firstSettings(parent: ParentChannel): Promise<WorkSettings> {
  return new Promise((resolve) => {
    const end = parent.onMessage((message) => {
      if (!isMessage<Extract<ToWorker, { type: 'start' }>>(message, ['start'])) return;
      end();
      resolve(message.settings);
    });
  });
}

/** Hears the second signal from the command too: where the first was not taken yet, the system has made one of both. */
function abortingWithParent(own: ProcessHost, parent: ParentChannel): ProcessHost {
  const ends = new Map<unknown, () => void>();
  return {
    ...own,
    on(signal, listener) {
      own.on(signal, listener);
      if (ends.has(listener)) return;
      const end = parent.onMessage((message) => {
        if (!isMessage<AbortMessage>(message, ['abort'])) return;
        // Once for each of the two: what is said more often changes nothing.
        listener(message.signal);
        listener(message.signal);
      });
      ends.set(listener, end);
    },
    off(signal, listener) {
      own.off(signal, listener);
      ends.get(listener)?.();
      ends.delete(listener);
    },
  };
}

/** A command that is gone cannot ask for anything: its processes drain by themselves. */
function drainingWithParent(
  own: ProcessHost,
  parent: ParentChannel,
  { logger, beforeExit }: { logger: LoggerService; beforeExit: () => void },
): ProcessHost {
  const left = 'The command that started this worker process has ended: draining.';
  return {
    ...endingWith(own, parent, () => logger.warn(left, 'SqsWorker')),
    exit(code) {
      beforeExit();
      own.exit(code);
    },
  };
}

/** Tells the parent; counts not more often than it can show them. */
class Teller {
  private counts: TaskCounts = NO_TASKS;
  private timer: Timer | undefined;

  constructor(
    private readonly host: CliHost,
    private readonly parent: ParentChannel,
  ) {}

  tell(message: FromWorker): void {
    this.parent.send(message);
  }

  count(counts: TaskCounts): void {
    this.counts = counts;
    this.timer ??= this.host.clock.setTimer(() => this.flush(), TELL_EVERY_MS);
  }

  flush(): void {
    if (this.timer === undefined) return;
    this.timer.cancel();
    this.timer = undefined;
    this.tell({ type: 'counts', counts: this.counts });
  }
}
