// Taken before a test can put a fake timer in its place.
const soon = setImmediate;

let turn = 0;
let isCounting = false;
let awaitedCount = 0;

/** Resolves in the event loop's next turn, once timers and I/O have had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void soon(resolve));
}

/** Calls of one loop that may be answered within one turn. */
const maxCallsInATurn = 10;

/**
 * Keeps a loop of calls from starving the event loop: where a mock answers in microtasks, no timer, no I/O and no signal
 * would ever get its turn. Once ten calls were answered in the turn in which they were made, it is closed until the next.
 */
export class TurnGate {
  private isShut = false;
  private turn = 0;
  private answeredCount = 0;

  constructor(private readonly onOpen: () => void) {}

  get isClosed(): boolean {
    return this.isShut;
  }

  /** A call is made; what it answers belongs to `answered`. */
  called(): number {
    return currentTurn();
  }

  answered(calledIn: number): void {
    if (this.isShut || calledIn !== currentTurn()) return;
    if (this.turn !== calledIn) this.answeredCount = 0;
    this.turn = calledIn;
    if (++this.answeredCount < maxCallsInATurn) return;
    this.isShut = true;
    void inNextTurn(() => {
      this.isShut = false;
      this.onOpen();
    });
  }
}

/** Awaits the work, and the next turn where it took none: for loops that make one call after the other. */
export async function withLoopTurn<T>(work: () => Promise<T>): Promise<T> {
  const before = currentTurn();
  const value = await work();
  if (currentTurn() === before) await inNextTurn(() => {});
  return value;
}

/** Something of the above goes on in the next turn. */
export function isTurnAwaited(): boolean {
  return awaitedCount > 0;
}

async function inNextTurn(goOn: () => void): Promise<void> {
  awaitedCount++;
  await nextTurn();
  awaitedCount--;
  goOn();
}

/** Two equal numbers: no timer and no I/O has had a turn in between. */
function currentTurn(): number {
  if (!isCounting) {
    isCounting = true;
    soon(countTurn);
  }
  return turn;
}

function countTurn(): void {
  isCounting = false;
  turn++;
}
