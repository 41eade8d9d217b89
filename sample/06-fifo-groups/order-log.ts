import { Injectable } from '@nestjs/common';

/** Prints what happens to each customer's order, and knows when all is done. */
@Injectable()
export class OrderLog {
  private left = 0;
  private finish: () => void = () => {};

  note(customer: string, what: string): void {
    console.log(`[${customer}] ${what}`);
  }

  done(customer: string, what: string): void {
    this.note(customer, what);
    if (--this.left === 0) this.finish();
  }

  /** Resolves once so many steps are done. */
  whenDone(stepCount: number): Promise<void> {
    this.left = stepCount;
    return new Promise((resolve) => (this.finish = resolve));
  }
}
