export interface ListNode<T> {
  readonly value: T;
  previous: ListNode<T> | undefined;
  next: ListNode<T> | undefined;
}

/** A queue that can lose an element from its middle at once, which arrays and maps cannot. */
export class LinkedList<T> {
  private head: ListNode<T> | undefined;
  private tail: ListNode<T> | undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  get first(): ListNode<T> | undefined {
    return this.head;
  }

  push(value: T): ListNode<T> {
    const node: ListNode<T> = { value, previous: this.tail, next: undefined };
    if (this.tail === undefined) this.head = node;
    else this.tail.next = node;
    this.tail = node;
    this.count++;
    return node;
  }

  /** The node must be in this list. */
  remove(node: ListNode<T>): void {
    if (node.previous === undefined) this.head = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.tail = node.previous;
    else node.next.previous = node.previous;
    node.previous = node.next = undefined;
    this.count--;
  }
}
