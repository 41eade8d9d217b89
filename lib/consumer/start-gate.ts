/** Whether one more handler may start: a stop policy such as `maxTasks` counts starts over all queues of a worker. */
export interface StartGate {
  startsLeft(): number;
  started(): void;
  ended(): void;
  /** A receive of a queue answered with so many messages. */
  answered(queue: string, count: number): void;
}
