import { FifoQueue } from './fifo-queue.js';

/**
 * Many lanes, one per key; at most one item of a lane is out at a time.
 *
 * A lane is WAITING (it has items and none is out: it stands in the line of ready lanes), BUSY (one item is out;
 * others may wait behind it) or gone (nothing waits and nothing is out). `add` makes a lane WAITING or lengthens it;
 * `take` moves the longest-ready lane from WAITING to BUSY; `open` moves it back to WAITING, or ends it.
 */
export class KeyedLanes<T> {
  private readonly lanes = new Map<string, Lane<T>>();
  private readonly ready = new FifoQueue<Lane<T>>();
  private waiting = 0;
  private readyLanes = 0;

  /** Items that wait, in every lane. */
  get waitingCount(): number {
    return this.waiting;
  }

  /** Items that wait and could not be taken now, because another of their lane is out or comes first. */
  get blockedCount(): number {
    return this.waiting - this.readyLanes;
  }

  /** True where `take` would answer something. */
  get hasReady(): boolean {
    return this.readyLane() !== undefined;
  }

  /** `isBefore` keeps a lane sorted where items may come back out of order; without it, the last comes last. */
  add(key: string, item: T, isBefore?: (a: T, b: T) => boolean): void {
    this.waiting++;
    const lane = this.lanes.get(key);
    if (lane === undefined) {
      const made = { key, items: [item], isBusy: false };
      this.lanes.set(key, made);
      this.lineUp(made);
      return;
    }
    lane.items.splice(placeOf(lane.items, item, isBefore), 0, item);
  }

  /** The next item whose lane has none out. */
  take(): T | undefined {
    const lane = this.readyLane();
    if (lane === undefined) return undefined;
    this.ready.shift();
    lane.isBusy = true;
    this.readyLanes--;
    this.waiting--;
    return lane.items.shift();
  }

  /** The item that is out is done: the lane's next may be taken. */
  open(key: string): void {
    const lane = this.lanes.get(key);
    if (lane === undefined || !lane.isBusy) return;
    if (lane.items.length === 0) {
      this.lanes.delete(key);
      return;
    }
    lane.isBusy = false;
    this.lineUp(lane);
  }

  /** The item that is out goes back to the head of its lane, ready to be taken again. */
  putBack(key: string, item: T): void {
    const lane = this.lanes.get(key);
    if (lane === undefined || !lane.isBusy) return;
    lane.items.unshift(item);
    this.waiting++;
    this.open(key);
  }

  /** Takes out everything that waits in one lane; what is out stays out. */
  clearLane(key: string): T[] {
    const lane = this.lanes.get(key);
    if (lane === undefined) return [];
    const items = lane.items.splice(0);
    this.waiting -= items.length;
    if (!lane.isBusy) {
      this.lanes.delete(key);
      this.readyLanes--;
    }
    return items;
  }

  /** Takes out everything that waits, lane by lane, each in order. */
  clear(): T[] {
    return [...this.lanes.keys()].flatMap((key) => this.clearLane(key));
  }

  private lineUp(lane: Lane<T>): void {
    this.readyLanes++;
    this.ready.push(lane);
  }

  private readyLane(): Lane<T> | undefined {
    // A lane that was cleared while it stood in line left its place behind.
    for (let lane = this.ready.peek(); lane !== undefined; lane = this.ready.peek()) {
      if (lane.items.length > 0 && !lane.isBusy && this.lanes.get(lane.key) === lane) return lane;
      this.ready.shift();
    }
    return undefined;
  }
}

interface Lane<T> {
  readonly key: string;
  readonly items: T[];
  isBusy: boolean;
}

function placeOf<T>(items: T[], item: T, isBefore?: (a: T, b: T) => boolean): number {
  let place = items.length;
  if (isBefore === undefined) return place;
  while (place > 0 && isBefore(item, items[place - 1])) place--;
  return place;
}
