import { Injectable } from '@nestjs/common';
import { healthOf } from '../../consumer/health.js';
import type { HealthReport } from '../../contracts/index.js';
import { SqsWorkers } from '../worker/sqs-workers.js';

/**
 * Ready and live, as the loops of this process show them: last good poll, stuck handlers, fatal errors.
 *
 * @example
 * ```ts
 * @Get('ready') ready() {
 *   const { isReady, problems } = this.health.check();
 *   if (!isReady) throw new ServiceUnavailableException(problems);
 * }
 * ```
 */
@Injectable()
export class SqsHealth {
  constructor(private readonly workers: SqsWorkers) {}

  check(): HealthReport {
    return healthOf(this.workers.status());
  }
}
