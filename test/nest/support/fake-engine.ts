import type {
  DrainOptions,
  RunningDelivery,
  WorkerControl,
  WorkerEnd,
  WorkerEventName,
  WorkerEvents,
  WorkerSetup,
  WorkerStatus,
} from '../../../lib/contracts/index.js';
import { runHere } from '../../../lib/nest/pipeline/checked-data.js';
import { fakeDelivery } from './fake-delivery.js';
import type { DeliveryFacts } from './fake-delivery.js';

type Listener = (facts: never) => void;

/** The engine's control without an engine: the test delivers, and sees what was asked of it. */
export class FakeEngine implements WorkerControl {
  readonly calls: string[] = [];
  drainOptions: DrainOptions | undefined;
  /** What its handlers are said to work on. */
  work: RunningDelivery[] = [];
  readonly ended: Promise<WorkerEnd>;
  /** What a drain waits for; a test may hold it. */
  whileDraining: () => Promise<void> = async () => {};
  private end!: (end: WorkerEnd) => void;
  private readonly listeners = new Map<WorkerEventName, Set<Listener>>();

  constructor(readonly setup: WorkerSetup) {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  start(): void {
    this.calls.push('start');
  }

  async drain(options: DrainOptions = {}): Promise<void> {
    this.calls.push('drain');
    this.drainOptions = options;
    await this.whileDraining();
    this.finish({ reason: 'drained', unfinishedCount: 0 });
  }

  async abort(): Promise<void> {
    this.calls.push('abort');
    this.finish({ reason: 'aborted', unfinishedCount: 1 });
  }

  finish(end: WorkerEnd): void {
    this.end(end);
  }

  pause(queue: string): void {
    this.calls.push(`pause ${queue}`);
  }

  resume(queue: string): void {
    this.calls.push(`resume ${queue}`);
  }

  setConcurrency(queue: string, concurrency: number): void {
    this.calls.push(`setConcurrency ${queue} ${concurrency}`);
  }

  status(): WorkerStatus {
    return { phase: 'running', queues: this.setup.queues.map(({ name }) => statusOf(name)) };
  }

  running(): RunningDelivery[] {
    return this.work;
  }

  on<E extends WorkerEventName>(event: E, listener: (facts: WorkerEvents[E]) => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<E extends WorkerEventName>(event: E, facts: WorkerEvents[E]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(facts as never);
  }

  get listenerCount(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Runs the handler that the engine would run. */
  async run(facts: DeliveryFacts): Promise<unknown> {
    return this.runDelivery(fakeDelivery(facts));
  }

  async runDelivery(delivery: RunningDelivery): Promise<unknown> {
    const match = this.setup.handlers.find(delivery.queue, delivery.pattern ?? '');
    if (match?.kind !== 'task') throw new Error(`no task handler for ${delivery.pattern}`);
    return runHere(match, delivery);
  }

  /** The error that would decide the outcome. */
  async failureOf(facts: DeliveryFacts): Promise<unknown> {
    return this.run(facts).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
}

function statusOf(name: string): WorkerStatus['queues'][number] {
  return {
    name,
    isPaused: false,
    concurrency: 10,
    runningCount: 0,
    prefetchedCount: 0,
    openPollCount: 0,
    oldestPollMs: undefined,
    settlementsWaiting: 0,
    lastGoodPollMsAgo: undefined,
    oldestTaskMs: undefined,
    stuckCount: 0,
  };
}
