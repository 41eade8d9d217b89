import { ServerSqs } from '../../../nest/index.js';
import type { SqsRuntime } from '../../../nest/sqs.runtime.js';
import { NoHandlersError } from '../errors/cli-errors.js';
import type { ServedQueue } from './start-report.js';

/** The workers of an app. */
export function serversOf(runtime: SqsRuntime): ServerSqs[] {
  return runtime.servers().filter((server) => server instanceof ServerSqs);
}

/**
 * What the app's workers will take, and by what it is handled.
 * @throws NoHandlersError where nothing would be handled
 */
export function servedQueues(runtime: SqsRuntime): ServedQueue[] {
  const queues = serversOf(runtime).flatMap((server) =>
    server.consumed().map(({ name, handlersOf }) => servedBy(server, name, handlersOf)),
  );
  const isServed = queues.some(({ patterns, takesRaw }) => patterns.length > 0 || takesRaw);
  if (!isServed) throw new NoHandlersError({ queues: queues.map(({ name }) => name) });
  return queues;
}

function servedBy({ handlers }: ServerSqs, name: string, handlersOf: string): ServedQueue {
  return {
    name,
    patterns: handlers.patternsOf(handlersOf).toSorted(),
    takesRaw: handlers.findRaw(handlersOf) !== undefined,
  };
}
