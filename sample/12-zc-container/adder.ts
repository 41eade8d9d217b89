import 'reflect-metadata';
import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  discard,
  RetryTaskError,
  SQS_WORKER_OPTIONS,
  SqsModule,
  SqsTask,
  zcSqs,
  type PythonArguments,
} from 'nestjs-sqs-tasks';

/** What the section `[worker]` of the ini file says, injected where it is needed. */
@Injectable()
class Scale {
  constructor(@Inject(SQS_WORKER_OPTIONS) private readonly options: { scale?: string }) {}

  of(value: number): number {
    return Number(this.options.scale ?? 1) * value;
  }
}

/** The document's worker. zc.sqs names no task: the pattern is the name of the queue. */
@Controller()
class Adder {
  constructor(private readonly scale: Scale) {}

  // There, an error means bad input: it is logged, and the message is deleted.
  @SqsTask('adder', { queue: 'adder', onError: discard() })
  add(@Payload() { args }: PythonArguments): void {
    const [a, b, x] = args;
    if (x === 'later') {
      console.log('not now');
      throw new RetryTaskError({ delaySeconds: 900 });
    }
    if (typeof x !== 'number') throw new TypeError(`expected x to be a number, got a ${typeof x}`);
    console.log(this.scale.of(Number(a) + Number(b) + x).toFixed(1));
  }
}

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'adder', format: zcSqs(), deadLetter: { queue: 'adder-dead' } }],
    }),
  ],
  controllers: [Adder],
  providers: [Scale],
})
export class ScaledAdder {}
