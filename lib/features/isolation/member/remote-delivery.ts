import { ReceivedMessageCopy } from './received-message-copy.js';
import type { TaskDelivery, TaskMessage } from '../../../contracts/task.js';
import { errorOf } from '../error-record.js';
import type { Job } from '../protocol.js';
import type { MemberLine } from './member-line.js';

/** The delivery as the member has it; what is asked of it is done in the worker. */
export class RemoteDelivery implements TaskDelivery {
  readonly queue: string;
  readonly priority: number;
  readonly pattern: string | undefined;
  readonly packet = undefined;
  data: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  readonly message: TaskMessage;
  readonly signal: AbortSignal;
  isAcked = false;

  constructor(
    job: Job,
    private readonly line: MemberLine,
  ) {
    const { queue, priority, pattern, context, meta, attempt, aborted } = job.delivery;
    this.queue = queue;
    this.priority = priority;
    this.pattern = pattern;
    this.context = context;
    this.meta = meta;
    this.attempt = attempt;
    this.data = job.args.find((_, index) => !job.contextAt.includes(index));
    this.message = new ReceivedMessageCopy(job.delivery);
    this.signal = signalOf(line, aborted && errorOf(aborted));
  }

  extend(seconds: number): Promise<void> {
    return this.line.extend(seconds);
  }

  ack(): void {
    this.isAcked = true;
  }

  progress(value?: unknown): void {
    this.line.progress(value);
  }
}

function signalOf(line: MemberLine, reason: unknown): AbortSignal {
  const controller = new AbortController();
  line.onAbort = (error) => controller.abort(error);
  if (reason !== undefined) controller.abort(reason);
  return controller.signal;
}
