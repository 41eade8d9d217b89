import { ForbiddenReplyQueueError } from '../../contracts/index.js';
import type { QueueHandle } from '../../contracts/index.js';
import {
  accountOfUrl,
  isFifoName,
  queueNameProblem,
  regionOfUrl,
  urlBeside,
} from '../../queue-client/index.js';

/** Where a reply goes. */
export interface ReplyAddress {
  readonly name: string;
  readonly url: string;
}

/**
 * A message never chooses where we connect: a reply queue stands beside the queue that the request came from (same
 * service, region and account), and its name starts with the prefix. Only that name is taken from the message. A URL is
 * beside another one if they are equal but for the name; AWS has several hosts for one region.
 * @throws ForbiddenReplyQueueError
 */
export function checkReplyTo(replyTo: string, request: QueueHandle, prefix: string): ReplyAddress {
  const { base } = splitUrl(request.url);
  const target = splitUrl(replyTo);
  const isBeside = target.base === base || isSamePlaceOfAws(replyTo, request.url);
  const isAllowed =
    isBeside &&
    queueNameProblem(target.name) === undefined &&
    target.name.startsWith(prefix) &&
    !isFifoName(target.name);
  if (isAllowed) return { name: target.name, url: urlBeside(request.url, target.name) };
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

function isSamePlaceOfAws(replyTo: string, request: string): boolean {
  const region = regionOfUrl(replyTo);
  if (region === undefined || region !== regionOfUrl(request)) return false;
  const { hostname, pathname } = new URL(replyTo);
  const isPlain = replyTo === `https://${hostname}${pathname}` && pathname.split('/').length === 3;
  return isPlain && accountOfUrl(replyTo) === accountOfUrl(request);
}
