import type { SendOptions } from '../../contracts/index.js';

export interface SqsRecordOptions extends SendOptions {
  /** `send()`: milliseconds without a reply until the call fails. Range 1…43,200,000. @default the client's */
  timeoutMs?: number;
}

/**
 * Data with options of its own, where a `ClientSqs` takes data.
 *
 * @example
 * ```ts
 * client.emit('order.placed', new SqsRecord(order, { groupId: order.customerId }));
 * ```
 */
export class SqsRecord<T = unknown> {
  constructor(
    readonly data: T,
    readonly options: SqsRecordOptions = {},
  ) {}
}
