import { setTimeout as pause } from 'node:timers/promises';
import type { SqsProducer } from 'nestjs-sqs-tasks';
import { work } from './app.js';
import type { Ledger } from './ledger.js';

export interface LoadParts {
  producer: SqsProducer;
  ledger: Ledger;
  tasksPerSecond: number;
}

const TICK_MS = 10;
/** Tasks on their way at most: where the machine is slower than the clock, the rate falls and the queue does not grow. */
const MAX_OPEN = 2_000;

/** Sends tasks one by one, as many a second as asked for, until it is stopped. */
export class Load {
  sendFailures = 0;
  private isRunning = true;
  private sending = 0;
  private owed = 0;

  constructor(private readonly parts: LoadParts) {}

  async run(): Promise<void> {
    let last = performance.now();
    while (this.isRunning) {
      await pause(TICK_MS);
      const now = performance.now();
      this.tick(now - last);
      last = now;
    }
    while (this.sending > 0) await pause(TICK_MS);
  }

  stop(): void {
    this.isRunning = false;
  }

  private tick(elapsedMs: number): void {
    const { ledger, tasksPerSecond } = this.parts;
    // What a stall has cost is made up for by at most a fifth of a second's worth.
    this.owed = Math.min(this.owed + (elapsedMs * tasksPerSecond) / 1000, tasksPerSecond / 5);
    for (; this.owed >= 1 && ledger.openCount < MAX_OPEN; this.owed -= 1) this.sendOne();
  }

  private sendOne(): void {
    const { producer, ledger } = this.parts;
    this.sending += 1;
    producer
      .send(work, { n: ledger.next(), text })
      .catch((error: unknown) => {
        this.sendFailures += 1;
        console.error(error);
      })
      .finally(() => void (this.sending -= 1));
  }
}

const text = 'x'.repeat(150);
