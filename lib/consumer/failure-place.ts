/**
 * Where a delivery failed. The place chooses the policy, never the class of the error: a handler can throw an error of any
 * class, such as that of a follow-up task whose data was refused.
 *
 * | place     | what failed                                                                       | policy             |
 * |-----------|-----------------------------------------------------------------------------------|--------------------|
 * | `message` | it cannot be decoded, asks for a forbidden reply queue, or its schema refuses it   | `onInvalidMessage` |
 * | `lookup`  | no handler for its pattern                                                        | `onUnknownTask`    |
 * | `handler` | everything else: handler, guards, pipes, filters, hooks, interceptors, its reply  | `onError`          |
 */
export type FailurePlace = 'message' | 'lookup' | 'handler';
