import type { LogLevel } from '@nestjs/common';

/** What Nest tells of every start; of interest when something is looked for. */
const CHATTER = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/** The contexts under which Nest logs an error that ends a start, stack and all. */
const NEST_ERRORS = new Set(['ExceptionHandler', 'NestMicroservice']);

/**
 * How a start is spoken of: Nest's progress lines are details, and the error that ends a start is said once, as one
 * sentence, by the command itself.
 */
export class StartUpSpeech {
  constructor(
    private readonly parts: { readonly isDebug: boolean; readonly say: (error: unknown) => void },
  ) {}

  levelOf(level: LogLevel, context: string): LogLevel {
    return level === 'log' && CHATTER.has(context) ? 'debug' : level;
  }

  /** True where the line is said already. */
  tookOver(message: unknown, context: string): boolean {
    if (!NEST_ERRORS.has(context) || !(message instanceof Error)) return false;
    this.parts.say(message);
    return !this.parts.isDebug;
  }
}
