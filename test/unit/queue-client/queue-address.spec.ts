import { InvalidOptionsError } from '../../../lib/contracts/index.js';
import {
  isFifoName,
  logicalName,
  parseQueueAddress,
  regionOfUrl,
  urlBeside,
  withPrefix,
} from '../../../lib/queue-client/index.js';

describe('parseQueueAddress', () => {
  test.each([
    ['emails', 'emails'],
    ['orders.fifo', 'orders.fifo'],
    ['A-b_9', 'A-b_9'],
  ])('reads the name %s', (text, queueName) => {
    expect(parseQueueAddress(text)).toEqual({ kind: 'name', queueName });
  });

  test.each([
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/emails', 'emails'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/123456789012/orders.fifo', 'orders.fifo'],
    ['https://queue.amazonaws.com/123456789012/old', 'old'],
    ['http://127.0.0.1:4566/000000000000/name', 'name'],
    ['http://localhost:4566/queue/us-east-1/000000000000/path-style', 'path-style'],
    ['http://elasticmq:9324/queue/plain/', 'plain'],
  ])('reads the URL %s', (url, queueName) => {
    expect(parseQueueAddress(url)).toEqual({ kind: 'url', queueName, url });
  });

  test.each([
    ['arn:aws:sqs:eu-west-1:123456789012:emails', 'eu-west-1', 'emails'],
    ['arn:aws-cn:sqs:cn-north-1:123456789012:emails', 'cn-north-1', 'emails'],
    ['arn:aws-us-gov:sqs:us-gov-west-1:123456789012:o.fifo', 'us-gov-west-1', 'o.fifo'],
    ['arn:aws-iso-b:sqs:us-isob-east-1:123456789012:emails', 'us-isob-east-1', 'emails'],
  ])('reads the ARN %s', (arn, region, queueName) => {
    const accountId = '123456789012';
    expect(parseQueueAddress(arn)).toEqual({ kind: 'arn', region, accountId, queueName });
  });

  test.each([
    ['', /expected a queue name, URL or ARN, got ""/],
    [undefined, /got undefined/],
    [7, /got 7/],
    ['two words', /letters, digits, hyphens and underscores/],
    ['emails.txt', /ends in \.fifo only/],
    ['.fifo', /ends in \.fifo only/],
    ['a'.repeat(81), /at most 80 characters, \.fifo included, got 81/],
    [`${'a'.repeat(76)}.fifo`, /got 81/],
    ['arn:aws:sns:eu-west-1:123456789012:topic', /expected arn:<partition>:sqs/],
    ['arn:aws:sqs:eu-west-1:12:emails', /expected arn:<partition>:sqs/],
    ['https://sqs.eu-west-1.amazonaws.com/', /expected a queue URL/],
    ['https://host/1/emails?x=1', /expected a queue URL/],
    ['http://', /expected a queue URL/],
  ])('refuses %s', (text, message) => {
    expect(() => parseQueueAddress(text)).toThrow(InvalidOptionsError);
    expect(() => parseQueueAddress(text)).toThrow(message);
  });

  test('takes a name of exactly 80 characters', () => {
    expect(parseQueueAddress('a'.repeat(80)).queueName).toHaveLength(80);
  });
});

describe('The region in a queue URL', () => {
  test.each([
    ['https://sqs.eu-west-1.amazonaws.com/1/q', 'eu-west-1'],
    ['https://SQS.EU-WEST-1.amazonaws.com/1/q', 'eu-west-1'],
    ['https://sqs-fips.us-east-2.amazonaws.com/1/q', 'us-east-2'],
    ['https://sqs-fips.us-west-2.api.aws/1/q', 'us-west-2'],
    ['https://sqs.eu-west-1.api.aws/1/q', 'eu-west-1'],
    ['https://vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com/1/q', 'us-east-1'],
    ['https://vpce-0a-b-us-east-1a.sqs.us-east-1.vpce.amazonaws.com/1/q', 'us-east-1'],
    ['https://queue.amazonaws.com/1/q', 'us-east-1'],
    ['https://ap-southeast-2.queue.amazonaws.com/1/q', 'ap-southeast-2'],
    ['https://sqs.us-gov-west-1.amazonaws.com/1/q', 'us-gov-west-1'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/1/q', 'cn-north-1'],
    ['https://cn-north-1.queue.amazonaws.com.cn/1/q', 'cn-north-1'],
    ['https://sqs.cn-north-1.api.amazonwebservices.com.cn/1/q', 'cn-north-1'],
    ['https://sqs.us-iso-east-1.c2s.ic.gov/1/q', 'us-iso-east-1'],
    ['https://sqs.eusc-de-east-1.amazonaws.eu/1/q', 'eusc-de-east-1'],
    ['http://localhost:4566/000000000000/q', undefined],
    ['http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q', undefined],
    ['https://sqs.us-east-1.amazonaws.com.example.org/1/q', undefined],
    ['https://notsqs.us-east-1.amazonaws.com/1/q', undefined],
    ['https://sqs.us-east-1.memory.invalid/1/q', undefined],
    ['not a url', undefined],
  ])('%s', (url, region) => {
    expect(regionOfUrl(url)).toBe(region);
  });
});

describe('The URL of another queue at the same place', () => {
  test.each([
    ['https://sqs.eu-west-1.amazonaws.com/1/q', 'https://sqs.eu-west-1.amazonaws.com/1/dead'],
    ['http://localhost:9324/queue/q/', 'http://localhost:9324/queue/dead'],
  ])('%s', (url, beside) => {
    expect(urlBeside(url, 'dead')).toBe(beside);
  });
});

describe('Queue names', () => {
  test.each([
    ['staging-emails', 'staging-', 'emails'],
    ['emails', 'staging-', 'emails'],
    ['emails', '', 'emails'],
    ['staging-', 'staging-', 'staging-'],
  ])('%s without the prefix "%s" is %s', (real, prefix, logical) => {
    expect(logicalName(real, prefix)).toBe(logical);
  });

  test('are checked with the prefix they get', () => {
    const address = parseQueueAddress('a'.repeat(80));
    expect(() => withPrefix(address, 'x-')).toThrow(/got 82/);
  });

  test('of URLs get no prefix', () => {
    const address = parseQueueAddress('http://127.0.0.1:4566/000000000000/name');
    expect(withPrefix(address, 'x-')).toBe(address);
  });

  test('say whether the queue is FIFO', () => {
    expect([isFifoName('a.fifo'), isFifoName('afifo')]).toEqual([true, false]);
  });
});
