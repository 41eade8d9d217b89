import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { SqsWorkers } from '../../../lib/index.js';
import type { Outcome, WorkerEvents } from '../../../lib/index.js';
import { signal } from '../../support/signals.js';
import { memoryApp } from '../support/memory-app.js';
import type { MemoryAppFacts } from '../support/memory-app.js';
import type { Act } from './fixtures/acts.js';

/** A port, and the first connection to it: so a member that goes on to block can be seen. */
export async function listening() {
  const server = createServer((socket) => void socket.resume().on('error', () => {}));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection').then(([socket]) => socket as NodeJS.EventEmitter);
  return { port: (server.address() as AddressInfo).port, connected };
}

/** A worker on a memory service and a manual clock, whose members are real. */
export async function isolationApp(facts: MemoryAppFacts) {
  const app = await memoryApp(facts);
  const ends = signal<WorkerEvents['task:settled']>();
  const starts = signal<WorkerEvents['task:started']>();
  const workers = app.app.get(SqsWorkers);
  workers.on('task:settled', (settled) => ends.fire(settled));
  workers.on('task:started', (started) => starts.fire(started));
  return {
    ...app,
    starts,
    ends,
    /** Sends a task; answers how it ended. */
    async ran(pattern: string, data: unknown): Promise<Outcome> {
      await app.producer.send({ queue: 'jobs', pattern }, data);
      await app.clock.advance(10);
      return (await ends.next()).outcome;
    },
    /** A member that has started: what a task takes is its own then. */
    async warm(): Promise<void> {
      await this.act({ act: 'echo' });
      await starts.next();
    },
    act(data: Act): Promise<Outcome> {
      return this.ran('act', data);
    },
  };
}
