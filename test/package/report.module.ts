import { Controller, Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SqsTask } from 'nestjs-sqs-tasks';
import { isMainThread } from 'node:worker_threads';
import { here } from './here.js';

@Injectable()
class Printer {
  print(name: string): void {
    console.log(`printed the report of ${name}, in the worker's thread: ${isMainThread}`);
  }
}

/** Runs in a thread, in this module once more. */
@Controller()
class ReportController {
  constructor(private readonly printer: Printer) {}

  @SqsTask('report', {
    queue: 'emails',
    isolate: { runtime: 'thread', module: new URL('report.module.js', here), size: 1 },
  })
  report(@Payload() data: { of: string }): void {
    this.printer.print(data.of);
  }
}

@Module({ controllers: [ReportController], providers: [Printer] })
export class ReportModule {}
