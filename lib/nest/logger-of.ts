import type { SqsLogger } from '../contracts/index.js';
import { containedLogger } from '../primitives/contained-logger.js';
import { NestSqsLogger } from './nest-logger.js';
import type { SqsLogContext } from './nest-logger.js';
import type { RuntimeParts } from './runtime-parts.js';

/** The logger of one part of the library, as the runtime's parts make it. */
export function loggerOf(parts: RuntimeParts, context: SqsLogContext): SqsLogger {
  return containedLogger(parts.createLogger?.(context) ?? new NestSqsLogger({ context }));
}
