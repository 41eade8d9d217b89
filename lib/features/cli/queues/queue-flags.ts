import { SQS_LIMITS } from '../../../contracts/index.js';
import type { Flag } from '../flags/flag.js';
import { anyNumber, logLevel, notEmpty, oneOf, url, wholeNumber } from '../flags/values.js';

const MAX_PEEKED = 1_000;
const MAX_COUNT = Number.MAX_SAFE_INTEGER;
const MIN_VISIBILITY_SECONDS = 2;
const DAY_SECONDS = 86_400;

/** How queues are reached; with every `queues` command. */
export const CONNECTION_FLAGS = [
  {
    key: 'app',
    flags: '-a, --app <path:export>',
    description:
      'The compiled app whose connections, queue prefix and formats are used. It is made, not started.',
    otherwise: 'the flags below',
    read: notEmpty,
  },
  {
    key: 'region',
    flags: '--region <region>',
    description: 'AWS region.',
    otherwise: 'the AWS SDK’s default chain',
    read: notEmpty,
  },
  {
    key: 'endpoint',
    flags: '--endpoint <url>',
    description: 'SQS endpoint, such as LocalStack’s.',
    otherwise: 'the AWS SDK’s default chain',
    read: url,
  },
  {
    key: 'prefix',
    flags: '--prefix <text>',
    description:
      'What stands in front of every real queue name; not with --app, which has its own.',
    otherwise: 'none',
    read: notEmpty,
  },
  {
    key: 'json',
    flags: '--json',
    description: 'Answers JSON on the standard output, and nothing else there.',
    otherwise: 'text',
  },
  {
    key: 'logLevel',
    flags: '--log-level <level>',
    description: 'Least level that the app logs. With debug, errors come with their stacks.',
    otherwise: 'error',
    read: logLevel,
  },
] as const satisfies readonly Flag[];

const YES = {
  key: 'yes',
  flags: '-y, --yes',
  description: 'Does it without asking.',
  otherwise: 'asks; refused where there is no terminal',
} as const satisfies Flag;

const ALL = {
  key: 'all',
  flags: '--all',
  description: 'Every queue behind the prefix, which must end in "-" or "_".',
  otherwise: 'the queues that are named',
} as const satisfies Flag;

const WAIT = {
  key: 'wait',
  flags: '--wait <seconds>',
  description: 'Seconds that an empty receive waits before the queue counts as empty.',
  otherwise: '1',
  read: wholeNumber({ from: 0, to: SQS_LIMITS.waitTimeSeconds }),
} as const satisfies Flag;

const IDLE_SHUTDOWN = {
  key: 'idleShutdown',
  flags: '--idle-shutdown <seconds>',
  description: 'Goes on while messages still come; ends once none has come for so long.',
  otherwise: 'ends at the first empty receive',
  read: anyNumber({ from: 1, to: DAY_SECONDS }),
} as const satisfies Flag;

const MAX_MESSAGES = {
  key: 'maxMessages',
  flags: '--max-messages <count>',
  description: 'Ends after so many.',
  otherwise: 'all there are',
  read: wholeNumber({ from: 1, to: MAX_COUNT }),
} as const satisfies Flag;

const VISIBILITY = {
  key: 'visibilityTimeout',
  flags: '--visibility-timeout <seconds>',
  read: wholeNumber({ from: MIN_VISIBILITY_SECONDS, to: SQS_LIMITS.visibilityTimeoutSeconds }),
} as const;

/** The flags of each `queues` command, besides those of the connection. */
export const QUEUES_FLAGS = {
  list: [],
  create: [
    {
      ...VISIBILITY,
      description: 'Seconds that a received message stays hidden.',
      otherwise: '30',
    },
    {
      key: 'retention',
      flags: '--retention <seconds>',
      description: 'Seconds that a message is kept.',
      otherwise: `${SQS_LIMITS.defaultRetentionSeconds}`,
      read: wholeNumber({
        from: SQS_LIMITS.minRetentionSeconds,
        to: SQS_LIMITS.maxRetentionSeconds,
      }),
    },
    {
      key: 'delay',
      flags: '--delay <seconds>',
      description: 'Seconds that every message waits before it can be received.',
      otherwise: '0',
      read: wholeNumber({ from: 0, to: SQS_LIMITS.delaySeconds }),
    },
    {
      key: 'deadLetter',
      flags: '--dead-letter <queue>',
      description: 'Its dead-letter queue, created too where it is missing.',
      otherwise: 'none',
      read: notEmpty,
    },
    {
      key: 'maxReceiveCount',
      flags: '--max-receive-count <count>',
      description: 'Receives before SQS moves a message to the dead-letter queue.',
      otherwise: '5',
      read: wholeNumber({
        from: SQS_LIMITS.minMaxReceiveCount,
        to: SQS_LIMITS.maxMaxReceiveCount,
      }),
    },
    {
      key: 'contentBasedDeduplication',
      flags: '--content-based-deduplication',
      description: 'FIFO: SQS makes the deduplication id from the body.',
      otherwise: 'off',
    },
  ],
  delete: [ALL, YES],
  purge: [ALL, YES],
  drain: [MAX_MESSAGES, WAIT, IDLE_SHUTDOWN, YES],
  stats: [],
  peek: [
    {
      key: 'limit',
      flags: '--limit <count>',
      description: 'Messages to show. Each look spends one of their receives.',
      otherwise: '10',
      read: wholeNumber({ from: 1, to: MAX_PEEKED }),
    },
    {
      ...VISIBILITY,
      description: 'Seconds that messages stay hidden if the look is cut off.',
      otherwise: '60',
    },
    WAIT,
  ],
  redrive: [
    {
      key: 'to',
      flags: '--to <queue>',
      description: 'The queue to move to.',
      otherwise: 'the queue that each message came from',
      read: notEmpty,
    },
    MAX_MESSAGES,
    IDLE_SHUTDOWN,
    {
      key: 'rate',
      flags: '--rate <count>',
      description: 'Messages a second.',
      otherwise: 'as fast as it goes',
      read: wholeNumber({ from: 1, to: SQS_LIMITS.moveTaskMessagesPerSecond }),
    },
    {
      key: 'delay',
      flags: '--delay <seconds>',
      description: 'Seconds before a moved message can be received; not on FIFO.',
      otherwise: 'none',
      read: wholeNumber({ from: 0, to: SQS_LIMITS.delaySeconds }),
    },
    {
      key: 'way',
      flags: '--way <way>',
      description:
        'move-task: SQS moves the messages itself. receive-and-send: this process does, and can do all that is asked here.',
      otherwise: 'move-task where it can do what is asked',
      read: oneOf('move-task', 'receive-and-send'),
    },
  ],
} as const satisfies Record<string, readonly Flag[]>;
