import { ServerSqs } from '../../../nest/index.js';
import type { SqsRuntime } from '../../../nest/sqs.runtime.js';
import type { ServedQueue } from './start-report.js';

/** The workers of an app. */
export function serversOf(runtime: SqsRuntime): ServerSqs[] {
  return runtime.servers().filter((server) => server instanceof ServerSqs);
}

/**
 * What the app's workers will take, and by what it is handled.
 * @throws NoHandlersError for a queue that no handler serves, InvalidOptionsError where there is nothing to consume
 */
export function servedQueues(runtime: SqsRuntime): ServedQueue[] {
  return serversOf(runtime).flatMap((server) => {
    server.checkStart();
    return server.consumed().map(({ name, handlersOf }) => servedBy(server, name, handlersOf));
  });
}

function servedBy({ handlers }: ServerSqs, name: string, handlersOf: string): ServedQueue {
  return {
    name,
    patterns: handlers.patternsOf(handlersOf).toSorted(),
    takesRaw: handlers.findRaw(handlersOf) !== undefined,
  };
}
