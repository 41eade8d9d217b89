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
  /** FIFO: one entry per group in a request, so that a failed one is never overtaken. @default false */
  strictOrder?: boolean;
}

export type ResolvedProducerOptions = Required<ProducerOptions>;
