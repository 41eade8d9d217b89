import type { LoggerService } from '@nestjs/common';
import type { CliHost } from '../host.js';
import type { WorkSettings } from '../work/settings.js';
import { BlockLogger } from './block-logger.js';
import { CliConsoleLogger } from './console-logger.js';
import { LogFiles } from './log-files.js';
import { StartUpSpeech } from './start-up-speech.js';

export interface LoggerParts {
  readonly host: Pick<CliHost, 'cwd' | 'pid' | 'clock' | 'stdout' | 'stderr'>;
  readonly isDebug: boolean;
  readonly say: (error: unknown) => void;
}

/** Nest's own logger, or the one that a `loggers` block describes. */
export function makeLogger(
  settings: Pick<WorkSettings, 'loggers' | 'logLevel' | 'logFormat'>,
  { host, ...speech }: LoggerParts,
): LoggerService {
  const startUp = new StartUpSpeech(speech);
  if (settings.loggers === undefined)
    return new CliConsoleLogger({
      level: settings.logLevel,
      isJson: settings.logFormat === 'json',
      startUp,
    });
  const files = new LogFiles(host);
  return new BlockLogger({
    loggers: settings.loggers,
    write: (path, line) => files.write(path, line),
    wallNow: () => host.clock.wallNow(),
    pid: host.pid,
    startUp,
  });
}
