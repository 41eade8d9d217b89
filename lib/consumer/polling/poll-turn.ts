/** Tells the fetcher of one level when it may ask, and how; a queue without priorities asks when it likes. */
export interface PollTurn {
  /** Opens what may be opened, on all levels, in their order. */
  pump(): void;
  mayAsk(): boolean;
  /** Its level is known to be empty: the poll stands until something comes. */
  readonly isStanding: boolean;
  readonly waitTimeSeconds: number;
  opened(isStanding: boolean): void;
  /** After what it brought was taken. */
  closed(isStanding: boolean): void;
  answered(count: number): void;
  failed(): void;
}
