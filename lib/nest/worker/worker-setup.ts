import type {
  QueueHandle,
  ResolvedWorkerOptions,
  ResolvedWorkerQueue,
  WorkerQueueSetup,
  WorkerSetup,
} from '../../contracts/index.js';
import type { HandlerRegistry } from '../pipeline/handler-registry.js';
import type { SqsRuntime } from '../sqs.runtime.js';

export interface WorkerSetupFacts {
  readonly host: SqsRuntime;
  readonly handlers: HandlerRegistry;
  readonly resolved: ResolvedWorkerOptions;
  /** What takes the place of SQS queues, by name. */
  readonly featureHandles: ReadonlyMap<string, QueueHandle>;
}

/** Finds the queues of a worker and says how each is consumed. @throws QueueNotFoundError */
export async function buildWorkerSetup(facts: WorkerSetupFacts): Promise<WorkerSetup> {
  const { host, handlers, resolved } = facts;
  const queues = resolved.queues ?? boundQueues(handlers, resolved);
  return {
    queues: await Promise.all(queues.map((queue) => queueSetup(facts, queue))),
    handlers: host.throughFeatures(handlers),
    interceptors: host.taskInterceptors,
    replies: host.replier,
    taskScope: host.taskScope,
    stopWhen: resolved.stopWhen,
    drainTimeoutMs: resolved.drainTimeoutMs,
    clock: host.parts.clock,
    logger: host.workerLogger,
  };
}

function boundQueues(
  handlers: HandlerRegistry,
  resolved: ResolvedWorkerOptions,
): ResolvedWorkerQueue[] {
  return handlers.boundQueues().map((name) => ({
    name,
    handlersOf: name,
    takesUnknownTasks: true,
    consume: resolved.defaults,
  }));
}

async function queueSetup(
  { host, featureHandles }: WorkerSetupFacts,
  queue: ResolvedWorkerQueue,
): Promise<WorkerQueueSetup> {
  const { name, handlersOf, consume } = queue;
  const inPlace = featureHandles.get(name);
  if (inPlace !== undefined) return { name, handlersOf, consume, queue: inPlace };
  const { handle, mayStartWithout } = await host.await(name, handlersOf);
  return {
    name: host.nameOf(name),
    handlersOf: host.nameOf(handlersOf),
    consume,
    queue: mayStartWithout ? handle : await handle,
  };
}
