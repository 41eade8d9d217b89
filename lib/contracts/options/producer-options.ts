/** How sends are gathered into requests. */
export interface ProducerOptions {
  /** Requests in flight per queue. Range 1…100. @default 16 */
  maxRequestsInFlight?: number;
  /** Messages that may wait in memory, all queues together; further sends wait for room. Range 10…1,000,000. @default 10,000 */
  maxBufferedMessages?: number;
  /** Attempts for an entry that SQS could not take for the moment, the first included. Range 1…20. @default 5 */
  maxAttempts?: number;
  /** Codec of messages that name none. @default 'json' */
  codec?: string;
  /**
   * Milliseconds until a send that SQS has not accepted is given up (`SendGivenUpError`): interceptors, look-up and retries
   * included. Waiting behind others counts only while its queue accepts nothing. Range 100…3,600,000. @default 30,000
   */
  sendTimeoutMs?: number;
  /** Milliseconds that closing waits for sends; then they are given up. Range 0…3,600,000. @default 5,000 */
  closeTimeoutMs?: number;
  /** FIFO: one entry per group in a request, so that a failed one is never overtaken. @default false */
  strictOrder?: boolean;
}

export type ResolvedProducerOptions = Required<ProducerOptions>;
