import { type HeapNode, IndexedHeap } from './indexed-heap.js';
import { LinkedList, type ListNode } from './linked-list.js';
import type { Shelf } from './shelf.js';
import type { MessageState, StoredMessage } from './stored-message.js';

/**
 * Hands out in the order of arrival, the tenants with the fewest messages in flight first. Messages without a group
 * are nobody's and never held back.
 *
 * An approximation of fair queues: SQS holds back a tenant only when it counts as noisy (its share of what is in flight
 * or of the processing time), this shelf compares counts always.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html}
 */
export class StandardShelf implements Shelf {
  private readonly lanes = new Map<string | undefined, Lane>();
  private readonly ready = new IndexedHeap<Lane>(goesFirst);
  private readonly places = new Map<StoredMessage, ListNode<Waiting>>();
  private order = 0;

  moved(message: StoredMessage, from: MessageState): void {
    const lane = this.laneOf(message.facts.groupId);
    if (from === 'visible') this.takeOut(message, lane);
    if (from === 'inflight') lane.inFlight--;
    if (message.state === 'visible') this.putIn(message, lane);
    if (message.state === 'inflight') lane.inFlight++;
    this.place(lane);
  }

  next(): StoredMessage | undefined {
    return this.ready.first?.visible.first?.value.message;
  }

  private laneOf(groupId: string | undefined): Lane {
    const known = this.lanes.get(groupId);
    if (known !== undefined) return known;
    const lane: Lane = { groupId, inFlight: 0, visible: new LinkedList(), node: undefined };
    this.lanes.set(groupId, lane);
    return lane;
  }

  private putIn(message: StoredMessage, lane: Lane): void {
    this.places.set(message, lane.visible.push({ message, order: this.order++ }));
  }

  private takeOut(message: StoredMessage, lane: Lane): void {
    lane.visible.remove(this.places.get(message)!);
    this.places.delete(message);
  }

  private place(lane: Lane): void {
    if (lane.visible.size === 0) {
      if (lane.node !== undefined) this.ready.remove(lane.node);
      lane.node = undefined;
      if (lane.inFlight === 0) this.lanes.delete(lane.groupId);
    } else if (lane.node === undefined) lane.node = this.ready.add(lane);
    else this.ready.moved(lane.node);
  }
}

interface Lane {
  readonly groupId: string | undefined;
  readonly visible: LinkedList<Waiting>;
  inFlight: number;
  node: HeapNode<Lane> | undefined;
}

interface Waiting {
  readonly message: StoredMessage;
  readonly order: number;
}

function goesFirst(a: Lane, b: Lane): boolean {
  const difference = burden(a) - burden(b);
  return difference === 0 ? headOrder(a) < headOrder(b) : difference < 0;
}

function burden(lane: Lane): number {
  return lane.groupId === undefined ? 0 : lane.inFlight;
}

function headOrder(lane: Lane): number {
  return lane.visible.first?.value.order ?? Infinity;
}
