import type { LoggerService } from '@nestjs/common';
import { ErrorSayer } from '../errors/error-sayer.js';
import { startError } from '../errors/start-error.js';
import type { CliHost } from '../host.js';
import { makeLogger } from '../logging/make-logger.js';
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
  for (const warning of warnings) host.stderr.write(`warning: ${warning}\n`);
  const live = host.liveLine();
  const write = (line: string): void => host.stdout.write(`${line}\n`);
  const throughput = new Throughput({ clock: host.clock, live, write });
  const code = await run(settings, { host, throughput, write });
  throughput.end();
  live?.end();
  return code;
}

interface Running {
  readonly host: CliHost;
  readonly throughput: Throughput;
  readonly write: (line: string) => void;
}

function run(settings: WorkSettings, running: Running): Promise<number> {
  return settings.processes === 1
    ? workHere(settings, running)
    : superviseWork({ settings, ...running });
}

function workHere(settings: WorkSettings, running: Running): Promise<number> {
  const { host, throughput, write } = running;
  const { sayer, logger } = speech(settings, host);
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

/** How a process speaks of errors and writes its log. */
export function speech(
  settings: WorkSettings,
  host: CliHost,
): { sayer: ErrorSayer; logger: LoggerService } {
  const isDebug = settings.logLevel === 'debug' || settings.logLevel === 'verbose';
  const write = (line: string): void => host.stderr.write(`${line}\n`);
  const sayer = new ErrorSayer({ write, isDebug });
  const logger = makeLogger(settings, {
    host,
    isDebug,
    say: (error) => sayer.say(startError(settings.app, error)),
  });
  return { sayer, logger };
}
