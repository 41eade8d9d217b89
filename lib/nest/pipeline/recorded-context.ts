import { BaseRpcContext } from '@nestjs/microservices';
import { ERROR_RECORD, ErrorRecord } from './error-record.js';

/** The context of one handler run; the recorder finds its record here. */
export class RecordedContext<T extends unknown[]> extends BaseRpcContext<T> {
  readonly [ERROR_RECORD] = new ErrorRecord();
}
