import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { constant, retry, SqsContext, SqsTask } from 'nestjs-sqs-tasks';
import { Model } from './model.js';
import { train, type Training } from './tasks.js';

@Controller()
export class TrainController {
  constructor(private readonly model: Model) {}

  // The same method, in a process of its own: its module is started there, once, with all that it injects.
  @SqsTask(train, {
    isolate: {
      runtime: 'process',
      module: new URL('./train.module.js', import.meta.url),
      size: 1,
      maxTasksPerMember: 100,
    },
    hardTimeoutMs: 5_000,
    isAlive: ({ silentMs }) => silentMs < 60_000,
    onError: retry(constant(1)),
  })
  train(@Payload() task: Training, @Ctx() context: SqsContext): string {
    for (let round = 1; round <= task.rounds; round++) {
      this.model.fit(round);
      context.progress({ round });
    }
    while (task.hangs && context.attempt === 1) this.model.fit(1);
    return `${task.model} is trained, in ${task.rounds} rounds, at attempt ${context.attempt}`;
  }
}
