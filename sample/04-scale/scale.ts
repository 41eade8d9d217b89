/** The worker's configuration. */
export class Scale {
  constructor(private readonly factor: number) {}

  of(value: number): number {
    return this.factor * value;
  }
}
