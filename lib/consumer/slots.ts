/** Room for running handlers; the levels of one queue share theirs. */
export class Slots {
  used = 0;

  constructor(public size: number) {}

  get hasFree(): boolean {
    return this.used < this.size;
  }
}
