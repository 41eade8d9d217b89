import type { QueueOptions } from '../../contracts/index.js';
import type { SqsRuntime } from '../../nest/sqs.runtime.js';

/** Tells the app of a pipeline's queues, as far as this process uses them. */
export class PipelineQueues {
  private readonly known = new Set<string>();

  constructor(private readonly runtime: SqsRuntime) {}

  register(queue: QueueOptions): void {
    if (this.known.has(queue.name)) return;
    this.known.add(queue.name);
    const policy = queue.onMissingQueue ?? this.runtime.options.onMissingQueue ?? 'create';
    this.runtime.registerQueue({ ...queue, onMissingQueue: policy });
  }
}
