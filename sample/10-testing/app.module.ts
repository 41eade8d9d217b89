import { Injectable, Module } from '@nestjs/common';
import { SqsModule, SqsProducer } from 'nestjs-sqs-tasks';
import { AdderController } from './adder.controller.js';
import { Reports, ReportsController } from './reports.controller.js';
import { Scale } from './scale.js';
import { add } from './tasks.js';

/** As in production: these queues are in AWS. Tests import the very same modules. */
const queues = SqsModule.forRoot({
  connection: { region: 'eu-west-1' },
  queues: [{ name: 'adder', deadLetter: { queue: 'adder-dead' } }, { name: 'reports' }],
});

@Injectable()
export class Adder {
  constructor(private readonly sqs: SqsProducer) {}

  async addAll(pairs: readonly (readonly [number, number])[]): Promise<void> {
    await this.sqs.sendMany(
      add,
      pairs.map(([a, b]) => ({ a, b, x: 0 })),
    );
  }
}

/** The program that sends. */
@Module({ imports: [queues], providers: [Adder] })
export class WebModule {}

/** The program that works. */
@Module({
  imports: [queues],
  controllers: [AdderController, ReportsController],
  providers: [Reports, { provide: Scale, useValue: new Scale(2) }],
})
export class WorkerModule {}
