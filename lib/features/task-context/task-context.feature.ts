import { Injectable } from '@nestjs/common';
import type { SqsFeature } from '../../nest/module/sqs-feature.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { TaskContext } from './task-context.js';

/** Joins the context to sends and deliveries. */
@Injectable()
class TaskContextJoin {
  constructor(runtime: SqsRuntime, context: TaskContext) {
    runtime.use({ taskContext: () => context.running(), taskScope: context.enter });
  }
}

export const taskContextFeature: SqsFeature = {
  providers: [TaskContext, TaskContextJoin],
  exports: [TaskContext],
};
