/**
 * Remembers values for a fixed time. Two generations, each one window long, are dropped whole: nothing is ever
 * searched, no timer is needed, and memory stays bounded.
 */
export class RecentMap<T> {
  private recent = new Map<string, Remembered<T>>();
  private older = new Map<string, Remembered<T>>();
  private turnedAt = 0;

  constructor(private readonly windowMs: number) {}

  get(key: string, now: number): T | undefined {
    const found = this.recent.get(key) ?? this.older.get(key);
    return found !== undefined && now - found.at < this.windowMs ? found.value : undefined;
  }

  set(key: string, value: T, now: number): void {
    this.turn(now);
    this.recent.set(key, { at: now, value });
  }

  private turn(now: number): void {
    const age = now - this.turnedAt;
    if (age < this.windowMs) return;
    this.older = age < 2 * this.windowMs ? this.recent : new Map();
    this.recent = new Map();
    this.turnedAt = now;
  }
}

interface Remembered<T> {
  at: number;
  value: T;
}
