import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { TaskScope } from '../../contracts/index.js';
import type { SqsFeature } from '../../nest/module/sqs-feature.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { isInjected } from './is-injected.js';
import { TaskContext } from './task-context.js';

/**
 * Joins the context to sends and deliveries. On Node 20 the first entered context makes every promise of the process
 * slower, so apps where nobody uses it do without.
 */
@Injectable()
class TaskContextJoin {
  private isInjected: boolean | undefined;

  constructor(
    runtime: SqsRuntime,
    private readonly context: TaskContext,
    private readonly modules: ModulesContainer,
  ) {
    runtime.use({
      taskContext: () => context.running(),
      taskPriority: () => context.runningPriority(),
      taskScope: this.scope,
    });
  }

  private readonly scope: TaskScope = (values, work, priority) =>
    this.isNeeded(values, priority) ? this.context.enter(values, work, priority) : work();

  /** Level 0 is what a send inherits outside of a task too. */
  private isNeeded(values: Readonly<Record<string, unknown>>, priority: number): boolean {
    this.isInjected ??= isInjected(this.modules, TaskContext, TaskContextJoin);
    if (this.isInjected || this.context.isUsed || priority > 0) return true;
    return Object.keys(values).length > 0;
  }
}

export const taskContextFeature: SqsFeature = {
  providers: [TaskContext, TaskContextJoin],
  exports: [TaskContext],
};
