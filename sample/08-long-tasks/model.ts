import { Injectable } from '@nestjs/common';

/** Stands for a library that keeps a processor busy. */
@Injectable()
export class Model {
  private weight = 0;

  fit(round: number): void {
    for (let i = 0; i < 100_000; i++) this.weight = (this.weight + Math.sqrt(i * round)) % 1_000;
  }
}
