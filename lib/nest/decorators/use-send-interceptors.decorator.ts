import { SetMetadata } from '@nestjs/common';
import type { Given, SqsSendInterceptor } from '../../contracts/index.js';

export const USE_SEND_INTERCEPTORS: unique symbol = Symbol.for(
  'nestjs-sqs-tasks:use-send-interceptors',
);

/**
 * Wraps the sends of the tasks that the decorated declares, wherever in the app they are sent: on a handler method, the
 * tasks it handles; on a class, those that its methods handle and the contracts in its static properties.
 * The class must be a provider or controller of the app that sends.
 *
 * @example
 * ```ts
 * @Injectable()
 * @UseSendInterceptors(Stamp)
 * class EmailTasks {
 *   static readonly send = defineTask<Email>('send_email', { queue: 'emails' });
 * }
 * ```
 * @param interceptors outermost first: instances, or classes that Nest makes with what they inject
 */
export function UseSendInterceptors(
  ...interceptors: readonly Given<SqsSendInterceptor>[]
): MethodDecorator & ClassDecorator {
  return SetMetadata(USE_SEND_INTERCEPTORS, interceptors);
}
