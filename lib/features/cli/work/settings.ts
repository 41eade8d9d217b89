import type { LogLevel } from '@nestjs/common';
import type { WorkerOptions } from '../../../contracts/index.js';
import { readConfigFile } from '../config/config-file.js';
import { readContainer } from '../config/container-section.js';
import { UsageError } from '../errors/cli-errors.js';
import type { LogFormat } from '../logging/own-lines.js';
import type { LoggerSetup } from '../logging/logger-block.js';
import { longNameOf } from '../flags/flag.js';
import { PER_CPU, WORK_FLAGS } from './work-flags.js';
import type { WorkFlagValues } from './work-flags.js';

/** What `work` will do, from its flags and its file; plain data, so that it can be told to worker processes. */
export interface WorkSettings {
  /** As it was written. */
  readonly app: string;
  readonly processes: number;
  /** What is consumed and how; left out is what nobody chose. */
  readonly worker: Pick<
    WorkerOptions,
    | 'queues'
    | 'concurrency'
    | 'waitTimeSeconds'
    | 'visibilityTimeoutSeconds'
    | 'drainTimeoutMs'
    | 'logTasks'
  > & { readonly stages?: readonly string[] };
  readonly idleSeconds?: number | undefined;
  readonly maxTasks?: number | undefined;
  readonly reportIntervalMs?: number | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly loggers?: readonly LoggerSetup[] | undefined;
  /** Flags and options of the file that choose how the worker runs, as they are typed. */
  readonly chosen: readonly string[];
  /** The section `[worker]`. */
  readonly workerOptions: Readonly<Record<string, unknown>>;
}

export interface ReadSettings {
  readonly settings: WorkSettings;
  /** What the file says and nobody reads. */
  readonly warnings: readonly string[];
}

/**
 * Completes the flags by the file that they name; flags beat the file.
 * @throws UsageError, ConfigFileError
 */
export function readSettings(
  flags: WorkFlagValues,
  host: { readonly cwd: string; readonly cpuCount: number },
): ReadSettings {
  const file = fromFile(flags['config'] as string | undefined, host.cwd);
  const values: WorkFlagValues = { ...file.defaults, ...file.values, ...flags };
  const { app } = values;
  if (typeof app !== 'string') throw new UsageError(NO_APP);
  if (file.loggers !== undefined && values['logFormat'] === 'json')
    throw new UsageError(TWO_FORMATS);
  return {
    settings: {
      ...choicesOf(values),
      app,
      processes: processCount(values['processes'], host.cpuCount),
      loggers: file.loggers,
      chosen: chosenFlags({ ...file.values, ...flags }),
      workerOptions: file.workerOptions,
    },
    warnings: file.warnings,
  };
}

const NO_APP =
  'Expected --app path:export, such as --app dist/app.module.js:AppModule, or a --config file with "worker".';

const TWO_FORMATS =
  'Expected --log-format json or loggers in the file, got both: the loggers have formats of their own.';

function fromFile(file: string | undefined, cwd: string) {
  if (file === undefined)
    return { defaults: {}, values: {}, loggers: undefined, workerOptions: {}, warnings: [] };
  const config = readConfigFile(file, cwd);
  const { values, loggers, warnings } = readContainer(file, config);
  const workerOptions = { ...config.worker };
  return { defaults: defaultsOf(config.kind), values, loggers, workerOptions, warnings };
}

/** An ini file is zc.sqs's: its container runs one task at a time. */
function defaultsOf(kind: 'ini' | 'json' | 'yaml'): WorkFlagValues {
  return kind === 'ini' ? { concurrency: 1 } : {};
}

function processCount(value: unknown, cpuCount: number): number {
  if (value === undefined) return 1;
  return value === PER_CPU ? Math.max(1, cpuCount) : Number(value);
}

/** What an app that made its own worker has decided already. */
const WORKER_FLAGS: ReadonlySet<string> = new Set([
  'queues',
  'stages',
  'concurrency',
  'pollingWaitTime',
  'visibilityTimeout',
  'idleShutdown',
  'maxTasks',
  'drainTimeout',
  'logTasks',
]);

function chosenFlags(values: WorkFlagValues): string[] {
  return WORK_FLAGS.filter(({ key }) => WORKER_FLAGS.has(key) && key in values).map(longNameOf);
}

type Choices = Omit<WorkSettings, 'app' | 'processes' | 'loggers' | 'chosen' | 'workerOptions'>;

function choicesOf(values: WorkFlagValues): Choices {
  const number = (key: keyof WorkFlagValues) => values[key] as number | undefined;
  const text = (key: keyof WorkFlagValues) => values[key] as string | undefined;
  return {
    worker: workerOf(values),
    idleSeconds: number('idleShutdown'),
    maxTasks: number('maxTasks'),
    reportIntervalMs: milliseconds(number('reportInterval')),
    region: text('region'),
    endpoint: text('endpoint'),
    logLevel: (values['logLevel'] ?? 'log') as LogLevel,
    logFormat: (values['logFormat'] ?? 'text') as LogFormat,
  };
}

function workerOf(values: WorkFlagValues): WorkSettings['worker'] {
  const chosen = {
    queues: values['queues'],
    stages: values['stages'],
    concurrency: values['concurrency'],
    waitTimeSeconds: values['pollingWaitTime'],
    visibilityTimeoutSeconds: values['visibilityTimeout'],
    drainTimeoutMs: milliseconds(values['drainTimeout'] as number | undefined),
    logTasks: values['logTasks'],
  };
  const entries = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}
