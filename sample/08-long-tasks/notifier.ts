import { Injectable } from '@nestjs/common';
import { OnTaskError, PostTask, type Outcome, type TaskDelivery } from 'nestjs-sqs-tasks';

/** What an error tracker would get, and what came out. */
@Injectable()
export class Notifier {
  private doneCount = 0;
  private tellEnd: () => void = () => {};
  readonly allDone = new Promise<void>((resolve) => (this.tellEnd = resolve));

  @OnTaskError()
  notify(error: unknown, { queue, message }: TaskDelivery): void {
    const { data } = JSON.parse(message.body) as { data: { model: string } };
    console.log(`[${data.model}] failed on ${queue}: ${(error as Error).name}`);
  }

  @PostTask()
  done({ pattern }: TaskDelivery, outcome: Outcome): void {
    const result = outcome.kind === 'success' ? String(outcome.value) : outcome.kind;
    console.log(pattern === 'train' ? `[${result.split(' ')[0]}] ${result}` : `[primes] ${result}`);
    if (++this.doneCount === 4) this.tellEnd();
  }
}
