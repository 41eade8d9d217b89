import type { OnApplicationShutdown } from '@nestjs/common';
import { Consumer } from '../consumer/consumer.js';
import type { ProcessBatchOptions, ProcessedBatch } from '../consumer/consumer.js';
import { checkProcessBatchOptions } from '../consumer/options/process-batch-options.js';
import { UnknownNameError } from '../contracts/index.js';
import type { HandlerLookup, TaskContract, TaskTarget } from '../contracts/index.js';
import type { MemoryQueueService } from '../queue-client/memory/index.js';
import type { SqsRuntime } from '../nest/sqs.runtime.js';
import { expectSent } from './expect-sent.js';
import type { ExpectedSend } from './expect-sent.js';
import type { SqsFaults } from './faults.js';
import type { HandledTask } from './handled-tasks.js';
import { firstHandler } from './first-handler.js';
import { realNow, rest } from './real-time.js';
import { queuedTask } from './sent-tasks.js';
import type { QueuedTask, SentTask } from './sent-tasks.js';
import { DEFAULT_TIMEOUT_MS } from './test-bench.js';
import type { BenchApp, TestBench } from './test-bench.js';
import { matcherOf } from './task-match.js';
import type { TaskMatch } from './task-match.js';

export interface WaitOptions {
  /** Real milliseconds until a `StillWaitingError` says what is missing. @default 4,000 */
  timeoutMs?: number;
}

/** What a test sees of the queues, and how it moves them: `app.get(SqsHarness)`. */
export class SqsHarness implements OnApplicationShutdown {
  private readonly app: BenchApp;

  /** Made by `SqsTestingModule`. */
  constructor(
    private readonly runtime: SqsRuntime,
    private readonly bench: TestBench,
  ) {
    this.app = {
      flushSends: () => runtime.producer.flush(),
      scope: (context, work, priority) => runtime.taskScope?.(context, work, priority) ?? work(),
      get handlers() {
        return runtime.handlers().map((handlers) => runtime.throughFeatures(handlers));
      },
    };
    bench.add(this.app);
  }

  /**
   * Ends once all sends are out and the workers have handled, to the end, what is due now; also what that has sent.
   * Retries and delays that lie ahead stay ahead.
   * @throws StillWaitingError
   */
  flush({ timeoutMs = DEFAULT_TIMEOUT_MS }: WaitOptions = {}): Promise<void> {
    return this.bench.untilQuiet('flush()', timeoutMs);
  }

  /**
   * Moves the manual clock, and with it delays, visibility timeouts, retries and long polls. It stands still for a moment
   * where a handler begins that does something real.
   * @throws ManualClockNeededError
   */
  async advance(ms: number): Promise<void> {
    await this.bench.time.advance(ms);
  }

  /** Milliseconds since the epoch, on the clock of the test. */
  now(): number {
    return this.bench.time.clock.wallNow();
  }

  /** Ends once the clock of the test has gone so far: for handlers that take long. */
  sleep(ms: number): Promise<void> {
    return this.bench.time.sleep(ms);
  }

  /** Everything that was sent to a queue and accepted, in order, whatever became of it; without a queue, to all. */
  sent(queue?: string): SentTask[] {
    const name = queue === undefined ? undefined : this.runtime.nameOf(queue);
    return this.bench.sent.filter((task) => name === undefined || task.queue === name);
  }

  /** Everything that handlers were given, and how each ended, in order. */
  handled(match: TaskMatch = {}): HandledTask[] {
    return this.bench.handled.all().filter(matcherOf(match));
  }

  /**
   * What lies in a queue now, on its highest level first: waiting, delayed or in flight.
   * @throws UnknownNameError for a queue that no app knows
   */
  messages(queue: string): QueuedTask[] {
    return this.readersOf(queue).flatMap((reader) => {
      const service = this.bench.serviceOf(reader.url);
      return service.messages(nameIn(reader.url)).map((message) => queuedTask(reader, message));
    });
  }

  /**
   * One receive, of at most ten messages, run through the handlers of this app and settled, as `SqsConsumer.processBatch()`
   * does it; it needs no worker. Where the app has one, its options for the queue count.
   * @throws InvalidOptionsError, QueueNotFoundError
   */
  async processBatch(queue: string, options: ProcessBatchOptions = {}): Promise<ProcessedBatch> {
    checkProcessBatchOptions(options);
    const handle = await this.runtime.find(queue);
    const { taskInterceptors, taskScope, replier, parts, workerLogger: logger } = this.runtime;
    const { handled, time } = this.bench;
    const consumer = new Consumer({
      handlers: this.handlers(),
      interceptors: [handled.probe, ...taskInterceptors],
      taskScope,
      replies: replier,
      clock: parts.clock,
      logger,
      onSettled: (delivery, outcome) => handled.end(delivery, outcome),
    });
    return time.until(consumer.processBatch(handle, options, this.runtime.consumptionOf(queue)));
  }

  /**
   * The sends of a task, or to a queue, with these data: at least one, or as many as `times` says. Data are compared by
   * value; matchers such as `expect.any(String)` may stand in them.
   * @throws AssertionError that says what was sent, and where the closest differs
   */
  expectSent<Input>(
    target: TaskContract<Input, unknown> | TaskTarget | string,
    data: unknown,
    options: ExpectedSend = {},
  ): SentTask[] {
    const { queue, pattern } = typeof target === 'string' ? { queue: target } : target;
    const named = { queue: this.runtime.nameOf(queue), pattern };
    return expectSent({ target: named, data, options, sent: this.sent(queue) });
  }

  /**
   * The next task like that to end, counted from the last that was waited for: its outcome, its data, its error.
   * @throws StillWaitingError
   */
  async waitForTask(
    match: TaskMatch,
    { timeoutMs = DEFAULT_TIMEOUT_MS }: WaitOptions = {},
  ): Promise<HandledTask> {
    const started = realNow();
    for (;;) {
      const task = this.bench.handled.take(matcherOf(match));
      if (task !== undefined) return task;
      const left = timeoutMs - (realNow() - started);
      if (left <= 0) throw this.bench.stillWaiting('waitForTask()', timeoutMs);
      await this.bench.untilQuiet('waitForTask()', left);
      await rest(1);
    }
  }

  /** Faults of SQS and of the network, for the next calls. */
  get faults(): SqsFaults {
    return this.bench.faults;
  }

  /** The queue service of a connection, for what the harness does not say itself. */
  service(connection = 'default'): MemoryQueueService {
    return this.bench.service(connection);
  }

  /** Writes what is sent and handled. */
  get echo(): boolean {
    return this.bench.echo.isOn;
  }

  set echo(isOn: boolean) {
    this.bench.echo.isOn = isOn;
  }

  /** Mutes the library's loggers, until it is set to false again. */
  get silent(): boolean {
    return this.bench.isSilent;
  }

  set silent(isSilent: boolean) {
    this.bench.isSilent = isSilent;
  }

  /** A send runs the task's handler at once, and its error reaches the sender. */
  get inline(): boolean {
    return this.bench.inline.isOn;
  }

  set inline(isOn: boolean) {
    this.bench.inline.isOn = isOn;
  }

  /** Forgets what was sent and handled; the queues stay as they are. */
  forget(): void {
    this.bench.forget();
  }

  /** What apps that share this harness are put on. */
  sharedBench(): TestBench {
    return this.bench;
  }

  onApplicationShutdown(): void {
    this.bench.remove(this.app);
  }

  private handlers(): HandlerLookup {
    return firstHandler(this.app.handlers);
  }

  private readersOf(queue: string): ReturnType<TestBench['readersOf']> {
    const name = this.runtime.nameOf(queue);
    const readers = this.bench.readersOf(name);
    if (readers.length > 0) return readers;
    const advice = 'A queue is known once an app has registered it or sent to it.';
    throw new UnknownNameError({ kind: 'queue', name, known: this.bench.queueNames(), advice });
  }
}

function nameIn(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
