import { loadEmulator } from '../../../nest/adapters/shared-embedded.js';
import type { StopSignal } from '../../../nest/index.js';
import { EmulatorStartError } from '../errors/cli-errors.js';
import { EXIT_CODES } from '../exit-codes.js';
import { writeLine } from '../logging/own-lines.js';
import type { CliHost } from '../host.js';
import { DEFAULT_PORT, type EmulateFlagValues } from './emulate-flags.js';
import { trafficLine } from './traffic-line.js';

/**
 * `nestjs-sqs emulate`: serves the embedded SQS for several processes, until Ctrl-C or SIGTERM. Resolves with the exit
 * code.
 * @throws EmulatorStartError where the port is not to be had, or a queue cannot have its name
 */
export async function emulateCommand(flags: EmulateFlagValues, host: CliHost): Promise<number> {
  const { port = DEFAULT_PORT, queues = [], verbose = false } = flags;
  const write = (line: string): void => writeLine(host.stdout, line);
  const { MemoryQueueService, MemoryServer } = await loadEmulator();
  const service = new MemoryQueueService();
  createQueues(service, queues);
  const onRequest = verbose ? follow(write) : undefined;
  const server = await MemoryServer.start({
    service,
    port,
    ...(onRequest !== undefined && { onRequest }),
  }).catch((cause: unknown) => {
    throw EmulatorStartError.listening(port, cause);
  });
  const stopped = nextSignal(host);
  for (const line of howToJoin(server.endpoint, service.queueNames())) write(line);
  await stopped;
  await server.close();
  write('The emulator has ended, and its messages with it.');
  return EXIT_CODES.ok;
}

interface QueueMaker {
  create(name: string, options: { attributes: Record<string, string> }): string;
}

function createQueues(service: QueueMaker, names: readonly string[]): void {
  for (const name of names) {
    const attributes: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    try {
      service.create(name, { attributes });
    } catch (cause) {
      throw EmulatorStartError.queue(name, cause);
    }
  }
}

function howToJoin(endpoint: string, queues: readonly string[]): string[] {
  return [
    `An SQS emulator listens on ${endpoint}. What is in its queues is in memory, and ends with it.`,
    `queues: ${queues.length === 0 ? 'none yet' : queues.join(', ')}`,
    'Apps with connection: { embedded: true } join it when started with',
    `  SQS_EMBEDDED_URL=${endpoint}`,
    `Any AWS SDK reaches it with endpoint ${endpoint}, region us-east-1 and any credentials.`,
    'Ctrl-C ends it.',
  ];
}

function follow(write: (line: string) => void) {
  return (action: string, request: Parameters<typeof trafficLine>[1]) =>
    (answer: unknown): void => {
      const line = trafficLine(action, request, answer);
      if (line !== undefined) write(line);
    };
}

function nextSignal(host: CliHost): Promise<void> {
  return new Promise((resolve) => {
    const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
    const listener = (): void => {
      for (const signal of signals) host.process.off(signal, listener);
      resolve();
    };
    for (const signal of signals) host.process.on(signal, listener);
  });
}
