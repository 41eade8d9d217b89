import { ConsoleLogger } from '@nestjs/common';
import type { LogLevel } from '@nestjs/common';
import { levelsFrom } from './log-levels.js';
import type { StartUpSpeech } from './start-up-speech.js';

/** Nest's own logger, from a level on. */
export class CliConsoleLogger extends ConsoleLogger {
  constructor(
    private readonly setup: { level: LogLevel; isJson: boolean; startUp: StartUpSpeech },
  ) {
    super({ logLevels: levelsFrom(setup.level), json: setup.isJson });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const level = this.setup.startUp.levelOf('log', contextOf(rest));
    if (level === 'log') super.log(message, ...rest);
    else super.debug(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!this.setup.startUp.tookOver(message, contextOf(rest))) super.error(message, ...rest);
  }
}

function contextOf(rest: readonly unknown[]): string {
  const context = rest.at(-1);
  return typeof context === 'string' ? context : '';
}
