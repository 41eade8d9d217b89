import type { QueueHandle, QueueResourcesPort } from '../../contracts/index.js';
import type { SqsRuntime } from '../../nest/sqs.runtime.js';
import type { MessageReader } from './peeked-message.js';

/** How messages of a queue are shown: by its own format, or by that of another queue. */
export function readerOf(
  runtime: SqsRuntime,
  resources: QueueResourcesPort,
  queue: QueueHandle,
  readAs: string = queue.name,
): MessageReader {
  return {
    queue: runtime.nameOf(readAs),
    format: resources.formatOf(readAs) ?? queue.format,
    codecs: queue.codecs,
    maxReceiveCount: queue.deadLetter?.maxReceiveCount,
    nameOf: (arn) => runtime.nameOf(arn),
  };
}
