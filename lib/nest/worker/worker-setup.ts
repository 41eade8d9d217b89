import { InvalidOptionsError } from '../../contracts/index.js';
import type {
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
}

/** Finds the queues of a worker and says how each is consumed. @throws InvalidOptionsError, QueueNotFoundError */
export async function buildWorkerSetup(facts: WorkerSetupFacts): Promise<WorkerSetup> {
  const { host, handlers } = facts;
  const { resolved } = facts;
  const queues = resolved.queues ?? boundQueues(handlers, resolved);
  if (queues.length === 0) throw nothingToConsume();
  return {
    queues: await Promise.all(queues.map((queue) => queueSetup(host, queue))),
    handlers,
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
  return handlers
    .boundQueues()
    .map((name) => ({ name, handlersOf: name, consume: resolved.defaults }));
}

async function queueSetup(host: SqsRuntime, queue: ResolvedWorkerQueue): Promise<WorkerQueueSetup> {
  const { handle, mayStartWithout } = await host.await(queue.name, queue.handlersOf);
  return {
    name: host.nameOf(queue.name),
    handlersOf: host.nameOf(queue.handlersOf),
    consume: queue.consume,
    queue: mayStartWithout ? handle : await handle,
  };
}

function nothingToConsume(): InvalidOptionsError {
  const problem = 'expected queues to consume, or a handler that is bound to one, got neither';
  return new InvalidOptionsError({ where: 'sqsWorker()', problems: [problem] });
}
