import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { SqsContext, type PythonArguments } from 'nestjs-sqs-tasks';

/** Ordinary handlers: what differs between the libraries has been dealt with before they are called. */
@Controller()
export class TasksController {
  /** squids: Python's arguments, by position or by name. */
  @MessagePattern('interop_tasks.send_email')
  sendByArguments(@Payload() { args, kwargs }: PythonArguments, @Ctx() context: SqsContext): void {
    print(context, { to: args[0] ?? kwargs['to'] });
  }

  /** sqs-workers: JSON and pickles alike; the sender's context is the task context. */
  @MessagePattern('send_email')
  sendByKeywords(@Payload() email: { to: string }, @Ctx() context: SqsContext): void {
    print(context, { ...email, from: context.taskContext['remote_addr'] });
  }

  /** sqs-workers again: what pickles are for. A datetime with a time zone is a Date, a decimal is text. */
  @MessagePattern('anything')
  doTyped(
    @Payload() { dt, de, se, by }: { dt: Date; de: string; se: Set<number>; by: Uint8Array },
    @Ctx() context: SqsContext,
  ): void {
    print(context, { at: dt.toISOString(), price: de, members: [...se], bytes: [...by] });
  }

  /** sqstaskmaster */
  @MessagePattern('resize_image')
  resize(@Payload() image: { key: string; width: number }, @Ctx() context: SqsContext): void {
    print(context, image);
  }

  /** sqspipes: what the stage before returned. */
  @MessagePattern('words-generate')
  count(@Payload() [word, vowels]: [string, string], @Ctx() context: SqsContext): void {
    print(context, { word, vowels });
  }

  /** zc.sqs names no task: the queue's name stands for it. */
  @MessagePattern('zc-sqs')
  work(@Payload() { args, kwargs }: PythonArguments, @Ctx() context: SqsContext): void {
    print(context, { args, kwargs });
  }

  /** What a program published to an SNS topic. */
  @MessagePattern('order.placed')
  placed(@Payload() order: { id: number }, @Ctx() context: SqsContext): void {
    print(context, order);
  }

  /** A schedule of EventBridge, by its `detail-type`. */
  @MessagePattern('Scheduled Event')
  nightly(@Payload() detail: object, @Ctx() context: SqsContext): void {
    print(context, detail);
  }
}

function print({ queue, pattern }: SqsContext, data: object): void {
  console.log(`[${queue}] ${pattern} ${JSON.stringify(data)}`);
}
