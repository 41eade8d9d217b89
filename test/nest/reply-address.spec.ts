import { ForbiddenReplyQueueError, type QueueHandle } from '../../lib/contracts/index.js';
import { checkReplyTo } from '../../lib/nest/replies/reply-address.js';

const canonical = 'https://sqs.us-east-1.amazonaws.com/123456789012/';

function answeredAt(requestUrl: string, replyTo: string): string {
  return checkReplyTo(replyTo, { url: requestUrl } as QueueHandle, 'replies-').url;
}

describe('The queue that a reply goes to', () => {
  test.each([
    'https://queue.amazonaws.com/123456789012/jobs',
    'https://us-east-1.queue.amazonaws.com/123456789012/jobs',
    'https://vpce-1-a.sqs.us-east-1.vpce.amazonaws.com/123456789012/jobs',
    `${canonical}jobs`,
  ])(
    'stands beside the queue of the request, by whichever host of AWS that is named: %s',
    (url) => {
      const expected = url.replace('jobs', 'replies-a');
      expect(answeredAt(url, `${canonical}replies-a`)).toBe(expected);
      expect(answeredAt(`${canonical}jobs`, expected)).toBe(`${canonical}replies-a`);
    },
  );

  test.each([
    ['another region', 'https://sqs.us-east-2.amazonaws.com/123456789012/replies-a'],
    ['another account', 'https://queue.amazonaws.com/111111111111/replies-a'],
    ['no TLS', 'http://queue.amazonaws.com/123456789012/replies-a'],
    ['a port', 'https://queue.amazonaws.com:8443/123456789012/replies-a'],
    ['credentials', 'https://a:b@queue.amazonaws.com/123456789012/replies-a'],
    ['a longer path', 'https://queue.amazonaws.com/x/123456789012/replies-a'],
    ['a way up', 'https://queue.amazonaws.com/111111111111/../123456789012/replies-a'],
    ['a host that only looks like it', 'https://queue.amazonaws.com.evil/123456789012/replies-a'],
    ['an emulator', 'http://localhost:4566/123456789012/replies-a'],
  ])('is no queue of %s', (_, replyTo) => {
    expect(() => answeredAt(`${canonical}jobs`, replyTo)).toThrow(ForbiddenReplyQueueError);
  });
});
