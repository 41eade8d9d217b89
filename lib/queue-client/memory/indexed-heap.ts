export interface HeapNode<T> {
  readonly value: T;
  /** Place in the heap; -1 once it has left. */
  index: number;
}

/** A binary heap whose elements know their place, so that any of them can leave or move in O(log n). */
export class IndexedHeap<T> {
  private readonly nodes: HeapNode<T>[] = [];

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.nodes.length;
  }

  get first(): T | undefined {
    return this.nodes[0]?.value;
  }

  add(value: T): HeapNode<T> {
    const node = { value, index: this.nodes.length };
    this.nodes.push(node);
    this.rise(node);
    return node;
  }

  removeFirst(): T | undefined {
    const node = this.nodes[0];
    if (node !== undefined) this.remove(node);
    return node?.value;
  }

  /** Removing a node that has left already changes nothing. */
  remove(node: HeapNode<T>): void {
    if (node.index < 0) return;
    const last = this.nodes.pop()!;
    if (last !== node) {
      this.put(last, node.index);
      this.moved(last);
    }
    node.index = -1;
  }

  /** To be called when what the order depends on has changed in one element. */
  moved(node: HeapNode<T>): void {
    this.rise(node);
    this.sink(node);
  }

  private rise(node: HeapNode<T>): void {
    while (node.index > 0) {
      const parent = this.nodes[(node.index - 1) >> 1];
      if (!this.isBefore(node.value, parent.value)) return;
      this.swap(node, parent);
    }
  }

  private sink(node: HeapNode<T>): void {
    for (
      let child = this.earlierChild(node);
      child !== undefined;
      child = this.earlierChild(node)
    ) {
      if (!this.isBefore(child.value, node.value)) return;
      this.swap(node, child);
    }
  }

  private earlierChild(node: HeapNode<T>): HeapNode<T> | undefined {
    const left = this.nodes[node.index * 2 + 1];
    const right = this.nodes[node.index * 2 + 2];
    if (left === undefined || right === undefined) return left;
    return this.isBefore(right.value, left.value) ? right : left;
  }

  private swap(a: HeapNode<T>, b: HeapNode<T>): void {
    const place = a.index;
    this.put(a, b.index);
    this.put(b, place);
  }

  private put(node: HeapNode<T>, index: number): void {
    this.nodes[index] = node;
    node.index = index;
  }
}
