/** Whether one more handler may start: a stop policy such as `maxTasks` counts starts over all queues of a worker. */
export interface StartGate {
  startsLeft(): number;
  started(): void;
  ended(): void;
  /** A message was received: the worker is not idle. */
  received(): void;
}
