import { LinkedList, type ListNode } from './linked-list.js';
import type { ReceiveTurn, Shelf } from './shelf.js';
import type { MessageState, StoredMessage } from './stored-message.js';

/**
 * Hands out group by group in the order sent. A group with a message in flight, or whose first message waits for its
 * delay, gives nothing; groups take turns.
 * {@link https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html}
 */
export class FifoShelf implements Shelf {
  private readonly groups = new Map<string, Group>();
  private readonly ready = new LinkedList<Group>();
  private readonly places = new Map<StoredMessage, ListNode<StoredMessage>>();

  moved(message: StoredMessage, from: MessageState): void {
    const group = this.groupOf(message.facts.groupId ?? '');
    if (from === 'gone') this.places.set(message, group.messages.push(message));
    if (from === 'inflight') group.inFlight--;
    if (message.state === 'inflight') group.inFlight++;
    if (message.state === 'gone') this.takeOut(message, group);
    this.place(group);
  }

  // A receive gives as many as it can of one group before it turns to the next (page above).
  next(turn: ReceiveTurn): StoredMessage | undefined {
    const same = turn.groupId === undefined ? undefined : this.groups.get(turn.groupId);
    const following = same === undefined ? undefined : firstNotInFlight(same);
    if (following?.state === 'visible') return following;
    const group = this.ready.first?.value;
    turn.groupId = group?.id;
    return group?.messages.first?.value;
  }

  private groupOf(id: string): Group {
    const known = this.groups.get(id);
    if (known !== undefined) return known;
    const group: Group = { id, inFlight: 0, messages: new LinkedList(), node: undefined };
    this.groups.set(id, group);
    return group;
  }

  private takeOut(message: StoredMessage, group: Group): void {
    group.messages.remove(this.places.get(message)!);
    this.places.delete(message);
    if (group.messages.size === 0) this.groups.delete(group.id);
  }

  private place(group: Group): void {
    const isReady = group.inFlight === 0 && group.messages.first?.value.state === 'visible';
    if (isReady === (group.node !== undefined)) return;
    if (group.node !== undefined) this.ready.remove(group.node);
    group.node = isReady ? this.ready.push(group) : undefined;
  }
}

interface Group {
  readonly id: string;
  /** All that are not deleted, in the order sent. */
  readonly messages: LinkedList<StoredMessage>;
  inFlight: number;
  node: ListNode<Group> | undefined;
}

// Only the receive under way can have taken from this group, so at most nine are skipped.
function firstNotInFlight(group: Group): StoredMessage | undefined {
  let node = group.messages.first;
  while (node?.value.state === 'inflight') node = node.next;
  return node?.value;
}
