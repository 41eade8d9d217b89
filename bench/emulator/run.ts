import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ChildService } from '../child-service.js';
import { median } from '../median.js';
import { printVerdicts } from '../verdicts.js';
import { Client } from './client.js';

/**
 * Tasks that go through `nestjs-sqs emulate` in a second, over HTTP and from another process: each is sent, received and
 * deleted, ten a request. Beside it, in turns, fauxqs. The client does no more than that: what it costs is the service.
 */
const ROUNDS = 3;
const WARM_UP_MS = 2_000;
const MEASURE_MS = 5_000;
/** Loops of one queue each. */
const LOOPS = 16;
const MIN_TASKS_PER_SECOND = 10_000;
const BATCH = 10;
const outgoing = Array.from({ length: BATCH }, (_, n) => ({
  Id: String(n),
  MessageBody: JSON.stringify({ pattern: 'bench', data: { text: 'x'.repeat(150) } }),
}));

interface Service {
  readonly endpoint: string;
  end(): Promise<void>;
}

const services: Record<string, () => Promise<Service>> = {
  'nestjs-sqs emulate': startEmulator,
  fauxqs: () => ChildService.start('fauxqs'),
};
const rates: Record<string, number[]> = {};
for (let round = 1; round <= ROUNDS; round++) {
  for (const [name, start] of Object.entries(services)) {
    const service = await start();
    const rate = await rateOf(service);
    (rates[name] ??= []).push(rate);
    console.log(`round ${round}, ${name}: ${Math.round(rate)} tasks/s`);
  }
}
const rows = Object.entries(rates).map(([name, all]) => [
  name,
  { 'tasks/s': Math.round(median(all)) },
]);
console.table(Object.fromEntries(rows));
const ours = median(rates['nestjs-sqs emulate'] ?? []);
const text = `tasks a second through the emulator: ${Math.round(ours)}, at least ${MIN_TASKS_PER_SECOND}`;
process.exitCode = printVerdicts([{ held: ours >= MIN_TASKS_PER_SECOND, text }]) ? 0 : 1;

async function startEmulator(): Promise<Service> {
  const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'emulate', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, 'line')) as [string];
  const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0];
  if (endpoint === undefined) throw new Error(`No address in "${first}"`);
  return {
    endpoint,
    end: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    },
  };
}

async function rateOf(service: Service): Promise<number> {
  try {
    return await tasksPerSecond(service.endpoint);
  } finally {
    await service.end();
  }
}

async function tasksPerSecond(endpoint: string): Promise<number> {
  const client = new Client(endpoint, LOOPS);
  const over = new AbortController();
  let tasks = 0;
  const loops = Array.from({ length: LOOPS }, async (_, n) => {
    const { QueueUrl } = await client.call('CreateQueue', { QueueName: `bench-${n}` });
    while (!over.signal.aborted) {
      const deleted = await oneBatch(client, String(QueueUrl));
      tasks += deleted;
    }
  });
  await pause(WARM_UP_MS);
  const [before, from] = [tasks, performance.now()];
  await pause(MEASURE_MS);
  const rate = ((tasks - before) / (performance.now() - from)) * 1_000;
  over.abort();
  await Promise.all(loops);
  await client.close();
  return rate;
}

/** Answers how many were deleted. */
async function oneBatch(client: Client, QueueUrl: string): Promise<number> {
  await client.call('SendMessageBatch', { QueueUrl, Entries: outgoing });
  const { Messages = [] } = await client.call('ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: BATCH,
  });
  const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
  const { Successful = [] } = await client.call('DeleteMessageBatch', { QueueUrl, Entries });
  return Successful.length;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
