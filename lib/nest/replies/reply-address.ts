import { ForbiddenReplyQueueError } from '../../contracts/index.js';
import type { QueueHandle } from '../../contracts/index.js';
import { isFifoName, queueNameProblem } from '../../queue-client/index.js';

/**
 * A message never chooses where we connect: a reply queue stands beside the queue that the request came from (same
 * service, region and account: the same URL but for the name), and its name starts with the prefix.
 * @throws ForbiddenReplyQueueError
 */
export function checkReplyTo(replyTo: string, request: QueueHandle, prefix: string): string {
  const { base } = splitUrl(request.url);
  const target = splitUrl(replyTo);
  const isBeside = target.base === base && queueNameProblem(target.name) === undefined;
  if (isBeside && target.name.startsWith(prefix) && !isFifoName(target.name)) return target.name;
  throw new ForbiddenReplyQueueError({
    replyTo,
    allowed: `standard queues whose URL starts with ${base}${prefix}`,
  });
}

/** As text: what differs in any character before the name is another place. */
function splitUrl(url: string): { base: string; name: string } {
  const end = url.lastIndexOf('/') + 1;
  return { base: url.slice(0, end), name: url.slice(end) };
}
