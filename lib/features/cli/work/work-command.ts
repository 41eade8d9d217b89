import { Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { ErrorSayer } from '../errors/error-sayer.js';
import { startError } from '../errors/start-error.js';
import type { ProcessHost } from '../../../nest/index.js';
import type { CliHost } from '../host.js';
import { endingWith } from '../launcher/ending-with.js';
import { makeLogger } from '../logging/make-logger.js';
import { ownLines } from '../logging/own-lines.js';
import type { OwnLines } from '../logging/own-lines.js';
import { superviseWork } from '../supervise/supervise-command.js';
import { RUNNING } from './running.js';
import { readSettings } from './settings.js';
import type { WorkSettings } from './settings.js';
import { reportLines } from './start-report.js';
import { Throughput } from './throughput.js';
import type { WorkFlagValues } from './work-flags.js';
import { WorkerProcess } from './worker-process.js';

/**
 * `nestjs-sqs work`. Resolves with the exit code.
 * @throws UsageError, ConfigFileError
 */
export async function workCommand(flags: WorkFlagValues, host: CliHost): Promise<number> {
  const { settings, warnings } = readSettings(flags, host);
  const { lines, ...spoken } = speech(settings, host);
  // Before anything is said: in JSON, lines of the command are lines of the log.
  Logger.overrideLogger(spoken.logger);
  for (const warning of warnings) lines.warn(warning);
  const live = settings.logFormat === 'json' ? undefined : host.liveLine();
  const write = (line: string): void => lines.say(line);
  const throughput = new Throughput({ clock: host.clock, live, write });
  const watched = { ...host, process: processOf(host, write) };
  const code = await run(settings, { host: watched, throughput, write, ...spoken });
  throughput.end();
  live?.end();
  return code;
}

/** What nobody has an eye on any more drains. */
function processOf(host: CliHost, write: (line: string) => void): ProcessHost {
  const launcher = host.launcher();
  if (launcher === undefined) return host.process;
  const left = `The process that started this one (pid ${launcher.pid}) has ended: draining.`;
  return endingWith(host.process, launcher, () => write(left));
}

interface Running {
  readonly host: CliHost;
  readonly throughput: Throughput;
  readonly write: (line: string) => void;
  readonly sayer: ErrorSayer;
  readonly logger: LoggerService;
}

function run(settings: WorkSettings, running: Running): Promise<number> {
  return settings.processes === 1
    ? workHere(settings, running)
    : superviseWork({ settings, ...running });
}

function workHere(settings: WorkSettings, running: Running): Promise<number> {
  const { host, throughput, write, sayer, logger } = running;
  const exit = (code: number): void => {
    throughput.end();
    host.process.exit(code);
  };
  const worker = new WorkerProcess({
    settings,
    cwd: host.cwd,
    env: host.env,
    process: { ...host.process, exit },
    logger,
    say: (error) => sayer.say(error),
    follower: {
      report: (report) => reportLines(settings, report).forEach(write),
      started: () => {
        write(RUNNING);
        throughput.begin();
      },
      counts: (counts) => throughput.update('here', counts),
    },
  });
  return worker.run();
}

/** How a process speaks, of errors too, and writes its log. */
export function speech(
  settings: WorkSettings,
  host: CliHost,
): { lines: OwnLines; sayer: ErrorSayer; logger: LoggerService } {
  const isDebug = settings.logLevel === 'debug' || settings.logLevel === 'verbose';
  const lines = ownLines(settings.logFormat, host);
  const sayer = new ErrorSayer({ lines, isDebug });
  const logger = makeLogger(settings, {
    host,
    isDebug,
    say: (error) => sayer.say(startError(settings.app, error)),
  });
  return { lines, sayer, logger };
}
