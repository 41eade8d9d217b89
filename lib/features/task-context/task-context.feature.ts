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
    runtime.use({ taskContext: () => context.running(), taskScope: this.scope });
  }

  private readonly scope: TaskScope = (values, work) =>
    this.isNeeded(values) ? this.context.enter(values, work) : work();

  private isNeeded(values: Readonly<Record<string, unknown>>): boolean {
    this.isInjected ??= isInjected(this.modules, TaskContext, TaskContextJoin);
    return this.isInjected || this.context.isUsed || Object.keys(values).length > 0;
  }
}

export const taskContextFeature: SqsFeature = {
  providers: [TaskContext, TaskContextJoin],
  exports: [TaskContext],
};
