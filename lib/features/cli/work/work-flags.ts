import { TASK_LOGS } from '../../../contracts/options/defaults.js';
import { SQS_LIMITS } from '../../../contracts/index.js';
import { UsageError } from '../errors/cli-errors.js';
import type { Flag } from '../flags/flag.js';
import { anyNumber, logLevel, notEmpty, oneOf, url, wholeNumber } from '../flags/values.js';
import { LOG_FORMATS } from '../logging/own-lines.js';

const DAY_SECONDS = 86_400;
const MAX_PROCESSES = 1_024;
const MAX_CONCURRENCY = 10_000;
const MAX_DRAIN_SECONDS = 3_600;
const MIN_VISIBILITY_SECONDS = 2;

/** `--processes` without a number. */
export const PER_CPU = 'auto';

const processCount = wholeNumber({ from: 1, to: MAX_PROCESSES });

/** What `work` takes besides its flags: what `--config` takes, as zc.sqs's `sequential-worker FILE` did. */
export const WORK_TAKES = '[config-file]';
export const WORK_DESCRIPTION =
  'Runs the handlers of an app until it is told to stop. A configuration file may be given with or without --config.';

/** The flags of `work`. Its reference page is made from them. */
export const WORK_FLAGS = [
  {
    key: 'app',
    flags: '-a, --app <path:export>',
    description:
      'The compiled app, relative to the current folder: a Nest module, an app, or a function that answers one of them. squids’ module.attr works too.',
    otherwise: 'required, here or as `worker` in the file',
    read: notEmpty,
    inFile: ['worker'],
  },
  {
    key: 'queues',
    flags: '-q, --queue <name>',
    description: 'A queue to take from: name, URL or ARN.',
    otherwise: 'every queue that a handler is bound to',
    isRepeatable: true,
    read: notEmpty,
    inFile: ['queue'],
  },
  {
    key: 'stages',
    flags: '--stage <pipeline.stage>',
    description: 'A pipeline stage to run; the name of a pipeline alone means all of its stages.',
    otherwise: 'none',
    isRepeatable: true,
    read: notEmpty,
    inFile: ['stage'],
  },
  {
    key: 'processes',
    flags: '--processes [count]',
    aliases: ['-w, --workers [count]'],
    description:
      'Worker processes, each with its own --concurrency. Without a number, one for each CPU. One that dies is started again. squids called it --workers.',
    otherwise: '1: the work runs in this process',
    read: (text) => (text === PER_CPU ? PER_CPU : processCount(text)),
    bare: PER_CPU,
    inFile: ['workers'],
  },
  {
    key: 'concurrency',
    flags: '-c, --concurrency <count>',
    description: 'Handlers that run at once, for each queue and process.',
    otherwise: '10; 1 with an ini file, whose container runs one task at a time',
    read: wholeNumber({ from: 1, to: MAX_CONCURRENCY }),
    inFile: [],
  },
  {
    key: 'reportInterval',
    flags: '--report-interval <seconds>',
    description: 'Seconds between two calls of the @OnQueueStats() methods, whatever they say.',
    otherwise: 'what each of them says, 300 where it says nothing',
    read: anyNumber({ from: 0.1, to: DAY_SECONDS }),
    inFile: [],
  },
  {
    key: 'pollingWaitTime',
    flags: '--polling-wait-time <seconds>',
    description: 'Seconds that a receive waits for messages.',
    otherwise: `${SQS_LIMITS.waitTimeSeconds}`,
    read: wholeNumber({ from: 0, to: SQS_LIMITS.waitTimeSeconds }),
    inFile: [],
  },
  {
    key: 'visibilityTimeout',
    flags: '--visibility-timeout <seconds>',
    description: 'Visibility timeout of what is received; it is extended while handlers run.',
    otherwise: 'the queue’s own',
    read: wholeNumber({ from: MIN_VISIBILITY_SECONDS, to: SQS_LIMITS.visibilityTimeoutSeconds }),
    inFile: [],
  },
  {
    key: 'idleShutdown',
    flags: '--idle-shutdown <seconds>',
    description: 'Ends each process once nothing was received and nothing ran for so long.',
    otherwise: 'never',
    read: anyNumber({ from: 0.001, to: DAY_SECONDS }),
    inFile: [],
  },
  {
    key: 'maxTasks',
    flags: '--max-tasks <count>',
    description: 'Ends each process after so many tasks.',
    otherwise: 'never',
    read: wholeNumber({ from: 1, to: Number.MAX_SAFE_INTEGER }),
    inFile: [],
  },
  {
    key: 'drainTimeout',
    flags: '--drain-timeout <seconds>',
    description:
      'Seconds that handlers get to finish after the first Ctrl-C or SIGTERM; what they hold is then given back.',
    otherwise: '20',
    read: anyNumber({ from: 0, to: MAX_DRAIN_SECONDS }),
    inFile: [],
  },
  {
    key: 'region',
    flags: '--region <region>',
    description: 'AWS region of connections that name none.',
    otherwise: 'the AWS SDK’s default chain',
    read: notEmpty,
    inFile: [],
  },
  {
    key: 'endpoint',
    flags: '--endpoint <url>',
    description: 'SQS endpoint of connections that name none, such as LocalStack’s.',
    otherwise: 'the AWS SDK’s default chain',
    read: url,
    inFile: [],
  },
  {
    key: 'logLevel',
    flags: '--log-level <level>',
    description:
      'Least level that is logged: verbose, debug, info, warning, error or critical, in any case. With debug, errors come with their stacks.',
    otherwise: 'info',
    read: logLevel,
    inFile: [],
  },
  {
    key: 'logFormat',
    flags: '--log-format <format>',
    description:
      'text, or json: a JSON object a line, for the lines of this command too. An app that brings its own logger keeps it, and json gives it those lines.',
    otherwise: 'text',
    read: oneOf(...LOG_FORMATS),
    inFile: [],
  },
  {
    key: 'logTasks',
    flags: '--log-tasks <which>',
    description:
      'Lines about each task: all, that it was received and how it ended; outcomes, how it ended; failures, only outcomes other than success.',
    otherwise: 'all',
    read: oneOf(...TASK_LOGS),
    inFile: [],
  },
  {
    key: 'config',
    flags: '--config <file>',
    description: 'An ini, JSON or YAML file; flags beat what it says.',
    otherwise: 'none',
    read: notEmpty,
  },
] as const satisfies readonly Flag[];

export type WorkFlagKey = (typeof WORK_FLAGS)[number]['key'];

/** What was typed; only what was typed. */
export type WorkFlagValues = { readonly [Key in WorkFlagKey]?: unknown };

/**
 * A file that was typed without a flag is the configuration file.
 * @throws UsageError
 */
export function withFile(flags: WorkFlagValues, file: string | undefined): WorkFlagValues {
  if (file === undefined) return flags;
  if (/\.[cm]?[jt]s(:|$)/.test(file))
    throw new UsageError(`Expected a configuration file, got the app "${file}": --app ${file}.`);
  if (flags['config'] !== undefined)
    throw new UsageError(`Expected one configuration file, got "${file}" and --config.`);
  return { ...flags, config: file };
}
