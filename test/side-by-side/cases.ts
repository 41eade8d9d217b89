import { createHash } from 'node:crypto';
import type { Case } from './observe.js';
import {
  answer,
  behind,
  dripping,
  reset,
  serviceError,
  silence,
  torn,
  type Answer,
} from './scripted-service.js';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

function message(body: string, more: object = {}): object {
  return { MessageId: 'm', ReceiptHandle: 'r', Body: body, MD5OfBody: md5(body), ...more };
}

const text = 'Grüße, ✓ 😀 \u0000 "quoted" {"BinaryValue":1}';
const received = { Messages: [message('one'), message(text)] };
const good = answer(200, received);
const attributes = { a: { DataType: 'String', StringValue: 'ü' } };
const binary = { b: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 7]) } };
const deleting = { Entries: [{ Id: '0', ReceiptHandle: 'r' }] };
const changing = { Entries: [{ Id: '0', ReceiptHandle: 'r', VisibilityTimeout: 0 }] };
const sending = {
  Entries: [
    { Id: '0', MessageBody: text, MessageAttributes: attributes, DelaySeconds: 0 },
    { Id: '1', MessageBody: 'two', MessageGroupId: 'g', MessageDeduplicationId: 'd' },
  ],
};
const sent = {
  Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: md5(text), SequenceNumber: '18' }],
  Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false, Message: 'later' }],
};
const send = { operation: 'SendMessageBatch', input: sending } as const;

const goodCalls: Case[] = [
  { name: 'a receive that brings messages', answers: [good] },
  { name: 'a receive that brings none', answers: [answer(200, {})] },
  {
    name: 'a receive with everything asked for',
    answers: [
      answer(200, {
        Messages: [
          message('a', { MessageAttributes: attributes, Attributes: { SentTimestamp: '7' } }),
        ],
      }),
    ],
    call: {
      operation: 'ReceiveMessage',
      input: {
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
        VisibilityTimeout: 0,
        ReceiveRequestAttemptId: 'id',
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      },
    },
  },
  {
    name: 'a receive that brings bytes',
    answers: [
      answer(200, {
        Messages: [
          message('a', { MessageAttributes: { b: { DataType: 'Binary', BinaryValue: 'AP8H' } } }),
        ],
      }),
    ],
  },
  { name: 'a receive that comes byte by byte', answers: [dripping(received)] },
  { name: 'a send', answers: [answer(200, sent)], call: send },
  {
    name: 'a send of bytes',
    isLeft: true,
    answers: [
      answer(200, { Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: md5('a') }] }),
    ],
    call: {
      operation: 'SendMessageBatch',
      input: { Entries: [{ Id: '0', MessageBody: 'a', MessageAttributes: binary }] },
    },
  },
  {
    name: 'a delete',
    answers: [answer(200, { Successful: [{ Id: '0' }], Failed: [] })],
    call: { operation: 'DeleteMessageBatch', input: deleting },
  },
  {
    name: 'a change of visibility',
    answers: [
      answer(200, { Failed: [{ Id: '0', Code: 'MessageNotInflight', SenderFault: true }] }),
    ],
    call: { operation: 'ChangeMessageVisibilityBatch', input: changing },
  },
  { name: 'an endpoint with a path', answers: [good], path: '/base/of%20it' },
  {
    name: 'credentials without a token',
    answers: [good],
    config: { credentials: { accessKeyId: 'A', secretAccessKey: 's' } },
  },
  { name: 'a user agent of its own', answers: [good], config: { customUserAgent: 'mine/1' } },
];

const oddAnswers: Case[] = [
  { name: 'nothing with status 200', answers: [answer(200, '')] },
  { name: 'half of a JSON text', answers: [answer(200, '{"Messages":[{"Body":"x"')] },
  { name: 'an HTML page with status 200', answers: [answer(200, '<html>hello</html>')] },
  { name: 'a list with status 200', answers: [answer(200, '[]')] },
  { name: 'null with status 200', answers: [answer(200, 'null')] },
  { name: 'null for messages', answers: [answer(200, { Messages: null })] },
  { name: 'null for a body', answers: [answer(200, { Messages: [message('', { Body: null })] })] },
  {
    name: 'a body that is another',
    answers: [answer(200, { Messages: [message('a', { Body: 'b' })] })],
  },
  {
    name: 'a body without digest',
    answers: [answer(200, { Messages: [{ MessageId: 'm', Body: 'a' }] })],
  },
  {
    name: 'a body that is another, unchecked',
    answers: [answer(200, { Messages: [message('a', { Body: 'b' })] })],
    config: { md5: false },
  },
  {
    name: 'a send that arrived otherwise',
    answers: [
      answer(200, { Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: md5('x') }] }),
    ],
    call: send,
  },
  { name: 'a status of 201', answers: [answer(201, received)] },
  { name: 'a redirect', answers: [answer(301, '', { location: 'http://127.0.0.1:1/' })] },
];

const modelled: [type: string, queryCode?: string][] = [
  ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  ['ReceiptHandleIsInvalid'],
  ['BatchEntryIdsNotDistinct', 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct'],
  ['BatchRequestTooLong', 'AWS.SimpleQueueService.BatchRequestTooLong'],
  ['EmptyBatchRequest', 'AWS.SimpleQueueService.EmptyBatchRequest'],
  ['InvalidBatchEntryId', 'AWS.SimpleQueueService.InvalidBatchEntryId'],
  ['TooManyEntriesInBatchRequest', 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest'],
  ['InvalidAddress'],
  ['InvalidIdFormat'],
  ['InvalidMessageContents'],
  ['InvalidSecurity'],
  ['KmsAccessDenied', 'KMS.AccessDeniedException'],
  ['KmsDisabled', 'KMS.DisabledException'],
  ['KmsInvalidKeyUsage', 'KMS.InvalidKeyUsageException'],
  ['KmsInvalidState', 'KMS.InvalidStateException'],
  ['KmsNotFound', 'KMS.NotFoundException'],
  ['KmsOptInRequired', 'KMS.OptInRequired'],
  ['KmsThrottled', 'KMS.ThrottlingException'],
  ['MessageNotInflight', 'AWS.SimpleQueueService.MessageNotInflight'],
  ['OverLimit'],
  ['PurgeQueueInProgress', 'AWS.SimpleQueueService.PurgeQueueInProgress'],
  ['QueueDeletedRecently', 'AWS.SimpleQueueService.QueueDeletedRecently'],
  ['QueueNameExists', 'QueueAlreadyExists'],
  ['ResourceNotFoundException'],
  ['UnsupportedOperation', 'AWS.SimpleQueueService.UnsupportedOperation'],
  ['AccessDeniedException'],
  ['UnrecognizedClientException'],
  ['ExpiredTokenException'],
  ['ThisIsNew'],
];

const errors: Case[] = modelled.map(([type, code]) => ({
  name: `the error ${type}`,
  answers: [serviceError(type.startsWith('Access') ? 403 : 400, type, code)],
}));

const isRetried: [string, Answer][] = [
  ['500', serviceError(500, 'InternalFailure', 'InternalError')],
  ['503', serviceError(503, 'ServiceUnavailable')],
  ['501', serviceError(501, 'NotImplemented')],
  ['429', serviceError(429, 'TooManyRequestsException')],
  ['throttling', serviceError(400, 'RequestThrottled', 'RequestThrottled')],
  [
    'throttling with a time to come back',
    answer(400, { __type: 'ThrottlingException', message: 'slow' }, { 'retry-after': '0' }),
  ],
  [
    'an error page of a proxy',
    answer(502, '<html>Bad Gateway</html>', { 'content-type': 'text/html' }),
  ],
  ['an empty 504', answer(504, '')],
];

const broken: [string, Answer][] = [
  ['a connection that breaks', reset],
  ['an answer that breaks off', torn],
];

function retriedCases(list: [string, Answer][], more: Partial<Case> = {}): Case[] {
  return list.flatMap(([name, bad]) => [
    { name: `${name}, once`, answers: [bad, good], ...more },
    { name: `${name}, without end`, answers: [bad], ...more },
    { name: `${name} to a send, once`, answers: [bad, answer(200, sent)], call: send, ...more },
    { name: `${name}, with a single attempt`, answers: [bad], config: { maxAttempts: 1 }, ...more },
  ]);
}

const continues = 'HTTP/1.1 100 Continue\r\n\r\n';
const interim: [string, readonly string[]][] = [
  ['100', [continues, '']],
  ['100 with its answer in one packet', [continues]],
  ['100 twice', [continues, continues]],
  ['100 in pieces', ['HTTP/1', '.1 100 Con', 'tinue\r\nserver: x\r\n', '\r\n']],
  ['102', ['HTTP/1.1 102 Processing\r\n\r\n', '']],
  ['103', ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', '']],
  ['100 and 103', [continues, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n']],
];

const interimAnswers: Case[] = interim.flatMap(([name, pieces]) => [
  { name: `${name} before the answer`, answers: [behind(pieces, good)] },
  {
    name: `${name} before the answer to a send`,
    answers: [behind(pieces, answer(200, sent))],
    call: send,
  },
  { name: `${name} before an error`, answers: [behind(pieces, serviceError(400, 'OverLimit'))] },
  { name: `${name} before a break`, answers: [behind(pieces, reset), good], isAboutNetwork: true },
]);

const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toUTCString();
const hourAhead = () => hoursAhead(1);
const skewed =
  (type: string, hours = 1): Answer =>
  (response) =>
    answer(
      403,
      { __type: type, message: 'Signature expired' },
      { date: hoursAhead(hours) },
    )(response);
const goodAhead: Answer = (response) => answer(200, received, { date: hourAhead() })(response);
const refused = (): Case['config'] => ({
  credentials: async () => {
    throw Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' });
  },
});

const clocksAndRights: Case[] = [
  { name: 'a clock that is an hour behind', answers: [skewed('InvalidSignatureException'), good] },
  { name: 'a clock that is an hour behind, in a good answer', answers: [goodAhead] },
  // The SDK goes on for as long as the offset changes; whether it does is decided here, not by when an answer comes.
  {
    name: 'a clock that is never right',
    answers: [1, 2, 3, 4].map((hours) => skewed('RequestTimeTooSkewed', hours)),
  },
  {
    name: 'a clock that is right and refused all the same',
    answers: [skewed('RequestTimeTooSkewed')],
    hasFrozenClock: true,
  },
  { name: 'a token that has expired', answers: [serviceError(403, 'ExpiredToken')] },
  { name: 'credentials that cannot be had', answers: [good], config: refused() },
];

// Long enough for a busy machine to bring a request to the service before it is given up.
const ends: Case[] = [
  { name: 'an abort before the call', answers: [good], abort: 'before', isAboutNetwork: true },
  {
    name: 'an abort while the service is silent',
    answers: [silence],
    abort: 'first',
    isAboutNetwork: true,
  },
  {
    name: 'no answer in time, once',
    answers: [silence, good],
    timeoutMs: 500,
    isAboutNetwork: true,
  },
  {
    name: 'no answer in time, ever',
    answers: [silence],
    config: { maxAttempts: 2 },
    timeoutMs: 300,
    isAboutNetwork: true,
  },
  {
    name: 'nobody who listens',
    answers: [good],
    config: { endpoint: 'http://127.0.0.1:9' },
    isAboutNetwork: true,
  },
];

export const cases: readonly Case[] = [
  ...goodCalls,
  ...oddAnswers,
  ...errors,
  ...retriedCases(isRetried),
  ...retriedCases(broken, { isAboutNetwork: true }),
  ...interimAnswers,
  ...clocksAndRights,
  ...ends,
];

/**
 * Answers that find the clock wrong: when all have asked, one is told; the others when that one has corrected the clock
 * and asks again. Whoever asks again gets a good answer.
 */
export function skewedOneByOne(count: number): Answer {
  const held: (() => void)[] = [];
  return (response) => {
    if (!response.req.headers['amz-sdk-request']?.toString().startsWith('attempt=1')) {
      for (const tell of held.splice(0)) tell();
      return goodAhead(response);
    }
    held.push(() => skewed('RequestTimeTooSkewed')(response));
    if (held.length === count) held.shift()?.();
  };
}
