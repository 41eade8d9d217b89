/** Makes each thing once, however many ask at the same time; a failure is forgotten, so the next to ask tries again. */
export class PromiseCache<T> {
  private readonly entries = new Map<string, Promise<T>>();

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.entries.set(key, made);
    made.catch(() => this.forget(key, made));
    return made;
  }

  set(key: string, value: T): void {
    this.entries.set(key, Promise.resolve(value));
  }

  forget(key: string, only?: Promise<T>): void {
    if (only === undefined || this.entries.get(key) === only) this.entries.delete(key);
  }
}
