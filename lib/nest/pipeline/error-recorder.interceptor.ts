import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { errorRecordOf } from './error-record.js';

/** Keeps the original error of a task: what reaches the transport has been through Nest's exception layer. */
export class ErrorRecorderInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'rpc') return next.handle();
    const record = errorRecordOf(context.switchToRpc().getContext());
    if (record === undefined) return next.handle();
    return next.handle().pipe(tap({ error: (error: unknown) => record.keep(error) }));
  }
}
