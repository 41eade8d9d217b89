import { concatMap, defer } from 'rxjs';
import type { Observable } from 'rxjs';
import type {
  SendContext,
  SendHandler,
  SendResult,
  SqsSendInterceptor,
} from '../../contracts/index.js';
import type { BoundHook } from './bound-hook.js';

/** `@PreSend()` as a link of the send chain. */
export class PreSendLink implements SqsSendInterceptor {
  constructor(private readonly hook: BoundHook<[SendContext]>) {}

  intercept(send: SendContext, next: SendHandler): Observable<SendResult> {
    return defer(() => this.hook.run(send)).pipe(concatMap(() => next.handle()));
  }
}

/** `@PostSend()` as a link of the send chain. */
export class PostSendLink implements SqsSendInterceptor {
  constructor(private readonly hook: BoundHook<[SendContext, SendResult]>) {}

  intercept(send: SendContext, next: SendHandler): Observable<SendResult> {
    return next.handle().pipe(concatMap((result) => this.tell(send, result)));
  }

  private async tell(send: SendContext, result: SendResult): Promise<SendResult> {
    await this.hook.runIsolated(send, result);
    return result;
  }
}
