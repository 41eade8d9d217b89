import { Controller, Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SqsTask } from 'nestjs-sqs-tasks';
import { report, type Sum } from './tasks.js';

@Injectable()
export class Reports {
  readonly sums: number[] = [];
}

@Controller()
export class ReportsController {
  constructor(private readonly reports: Reports) {}

  @SqsTask(report)
  report(@Payload() { sum }: Sum): void {
    this.reports.sums.push(sum);
  }
}
