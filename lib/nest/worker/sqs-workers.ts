import { Injectable } from '@nestjs/common';
import type { WorkerEventName, WorkerEvents, WorkerStatus } from '../../contracts/index.js';
import { SqsRuntime } from '../sqs.runtime.js';
import type { ServerSqs } from './server-sqs.js';

/** Every `ServerSqs` of the app at once. */
@Injectable()
export class SqsWorkers {
  constructor(private readonly runtime: SqsRuntime<ServerSqs>) {}

  /** The servers that `sqsWorker()` made in this app. */
  all(): readonly ServerSqs[] {
    return this.runtime.servers();
  }

  /**
   * Starts no task of one queue, or of all, until `resume`. What runs goes on; what was received and has not started is
   * given back, and so is what an open poll brings. Also before they listen.
   */
  pause(queue?: string): void {
    for (const server of this.serving(queue)) server.pause(queue);
  }

  resume(queue?: string): void {
    for (const server of this.serving(queue)) server.resume(queue);
  }

  /** Handlers that run at once on one queue. Range 1…10,000. */
  setConcurrency(queue: string, concurrency: number): void {
    for (const server of this.serving(queue)) server.setConcurrency(queue, concurrency);
  }

  status(): readonly WorkerStatus[] {
    return this.all().map((server) => server.workerStatus());
  }

  /** Listens to all of them. Answers a function that ends the listening. */
  on<E extends WorkerEventName>(event: E, listener: (facts: WorkerEvents[E]) => void): () => void {
    const ends = this.all().map((server) => server.on(event, listener));
    return () => {
      for (const end of ends) end();
    };
  }

  private serving(queue: string | undefined): readonly ServerSqs[] {
    return this.all().filter(
      (server) => queue === undefined || server.consumed().some(({ name }) => name === queue),
    );
  }
}
