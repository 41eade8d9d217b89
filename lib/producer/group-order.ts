import { NestedSendError } from '../contracts/errors/index.js';
import type { OngoingSend } from './ongoing-sends.js';

/** Sends within sends beyond which an interceptor is taken to send for every send, its own included. */
const MAX_DEPTH = 250;

/** The sends of one group that are being prepared, in the order in which they may leave. */
interface Line {
  readonly key: string;
  first: Place | undefined;
  last: Place | undefined;
}

/**
 * Keeps sends of one group in the order of their `send()` calls while each is prepared, which may take one longer than
 * another: an asynchronous schema, an interceptor that waits.
 *
 * A send that is made within another one, by its interceptors or its schema, goes before that one, which waits for it.
 * Where it would wait for a send that itself waits for this one, through other groups, it is refused.
 */
export class GroupOrder {
  private readonly lines = new Map<string, Line>();

  /**
   * @param groupId undefined: there is no order to keep
   * @param within the place of the send whose preparation makes this one
   * @throws NestedSendError
   */
  enter(send: OngoingSend, groupId: string | undefined, within?: Place): Place {
    const { queue } = send;
    if (within !== undefined && within.depth >= MAX_DEPTH) throw tooDeep(queue);
    const place = new Place(send, within, (passed) => this.passed(passed));
    if (groupId === undefined) return place;
    const line = this.lineOf(`${queue}\n${groupId}`);
    place.enter(line, ancestorIn(line, within));
    if (within === undefined || !waitsForItself(place)) return place;
    place.end();
    throw inCircle(queue, groupId);
  }

  private lineOf(key: string): Line {
    const known = this.lines.get(key);
    if (known !== undefined) return known;
    const line: Line = { key, first: undefined, last: undefined };
    this.lines.set(key, line);
    return line;
  }

  private passed({ key, first }: Line): void {
    if (first === undefined) this.lines.delete(key);
    else first.wake();
  }
}

/** A send while it is prepared: its place among those of its group, and the sends within it. */
export class Place {
  previous: Place | undefined;
  private next: Place | undefined;
  line: Line | undefined;
  /** Sends within this one that have not ended. */
  readonly nested = new Set<Place>();
  private waiter: (() => void) | undefined;
  /** Of sends within sends, from 1. */
  readonly depth: number;

  constructor(
    readonly send: OngoingSend,
    readonly within: Place | undefined,
    private readonly onPassed: (line: Line) => void,
  ) {
    this.depth = (within?.depth ?? 0) + 1;
    within?.nested.add(this);
  }

  /** Undefined where nothing is before it. */
  turn(): Promise<void> | undefined {
    return this.isFirst ? undefined : this.untilFirst();
  }

  /** Lets the next one go on; once is enough, more is harmless. */
  pass(): void {
    const { line, previous, next } = this;
    if (line === undefined) return;
    if (previous === undefined) line.first = next;
    else previous.next = next;
    if (next === undefined) line.last = previous;
    else next.previous = previous;
    this.line = this.previous = this.next = undefined;
    if (previous === undefined) this.onPassed(line);
  }

  /** Its send has ended. */
  end(): void {
    this.pass();
    this.within?.nested.delete(this);
  }

  enter(line: Line, before: Place | undefined): void {
    this.line = line;
    this.next = before;
    this.previous = before === undefined ? line.last : before.previous;
    if (this.previous === undefined) line.first = this;
    else this.previous.next = this;
    if (before === undefined) line.last = this;
    else before.previous = this;
  }

  wake(): void {
    this.waiter?.();
  }

  private get isFirst(): boolean {
    return this.line === undefined || this.line.first === this;
  }

  /** One that is made within it may still come before it. */
  private async untilFirst(): Promise<void> {
    while (!this.isFirst) await new Promise<void>((resolve) => (this.waiter = resolve));
  }
}

/** The sends that a send is made within, the innermost first, itself included. */
export function* outwards(place: Place | undefined): Generator<Place> {
  for (let one = place; one !== undefined; one = one.within) yield one;
}

function ancestorIn(line: Line, place: Place | undefined): Place | undefined {
  for (const one of outwards(place)) if (one.line === line) return one;
  return undefined;
}

/** A place waits for those before it, and may wait for those within it. */
function waitsForItself(place: Place): boolean {
  const own = new Set(outwards(place));
  const seen = new Set<Place>();
  const toSee = [place.previous];
  while (toSee.length > 0) {
    const one = toSee.pop();
    if (one === undefined || seen.has(one)) continue;
    if (own.has(one)) return true;
    seen.add(one);
    toSee.push(one.previous, ...one.nested);
  }
  return false;
}

function tooDeep(queue: string): NestedSendError {
  const problem =
    `it is within ${MAX_DEPTH} others. Let the interceptor, hook or schema that makes it leave out the sends ` +
    `that it makes itself`;
  return new NestedSendError({ queue, problem });
}

function inCircle(queue: string, groupId: string): NestedSendError {
  const problem =
    `in group "${groupId}" it would wait for an earlier send, which waits for a send that this one is within. ` +
    `Make it after the send that it belongs to, in @PostSend() or outside of interceptors`;
  return new NestedSendError({ queue, problem });
}
