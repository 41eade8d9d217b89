import type { INestApplicationContext } from '@nestjs/common';
import { ContextIdFactory, NestFactory } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { SqsContext } from '../../../nest/sqs.context.js';
import { SqsRuntime } from '../../../nest/sqs.runtime.js';
import { MemberStartError } from '../isolation.errors.js';
import type { CodeReference, Job } from '../protocol.js';
import { findMethod, type HostedMethod } from './find-method.js';
import { loadedExports } from './loaded-exports.js';
import { moduleIn } from './module-in.js';
import type { RemoteDelivery } from './remote-delivery.js';
import { errorText } from '../../../primitives/error-text.js';

/** A Nest application context in a member: started once, it runs the methods of its handlers. */
export class ModuleHost {
  private readonly methods = new Map<string, HostedMethod>();

  private constructor(private readonly app: INestApplicationContext) {}

  /** @throws MemberStartError */
  static async start(code: CodeReference, handler: string): Promise<ModuleHost> {
    const type = moduleIn(await loadedExports(code, handler), { code, handler });
    try {
      const logger = ['fatal' as const, 'error' as const, 'warn' as const];
      const app = await NestFactory.createApplicationContext(type, { logger, abortOnError: false });
      // How the queues are is told by the worker; its members would each ask and tell again.
      runtimeOf(app)?.stats.standBy();
      return new ModuleHost(app);
    } catch (cause) {
      const problem = `its module ${type.name} did not start: ${errorText(cause)}`;
      throw new MemberStartError({ handler, problem, cause });
    }
  }

  /** Runs the method as it is: guards, pipes and interceptors have run in the worker. */
  async run(job: Job, delivery: RemoteDelivery): Promise<unknown> {
    const context = new SqsContext(delivery);
    const args = job.args.map((arg, index) => (job.contextAt.includes(index) ? context : arg));
    const { type, name, isStatic } = this.methodOf(job);
    const instance = await this.instanceOf(type, isStatic, { data: delivery.data, context });
    const work = () => this.call(instance, name, args);
    const scope = runtimeOf(this.app)?.taskScope;
    // Where the module has `SqsModule`, its `TaskContext` is what travelled with the task.
    return scope === undefined ? work() : scope(delivery.context, work, delivery.priority);
  }

  async close(): Promise<void> {
    await this.app.close();
  }

  private methodOf({ handler, code }: Job): HostedMethod {
    const found = this.methods.get(handler) ?? findMethod(this.app, handler);
    if (found === undefined) {
      const problem = `the module in ${code.url} has no controller or provider with that handler`;
      throw new MemberStartError({ handler, problem });
    }
    this.methods.set(handler, found);
    return found;
  }

  private async instanceOf(
    type: HostedMethod['type'],
    isStatic: boolean,
    request: object,
  ): Promise<object> {
    if (isStatic) return this.app.get<object>(type, { strict: false });
    const id = ContextIdFactory.create();
    this.app.registerRequestByContextId(request, id);
    return this.app.resolve<object>(type, id, { strict: false });
  }

  private async call(instance: object, name: string, args: unknown[]): Promise<unknown> {
    const method = Reflect.get(instance, name) as (...args: unknown[]) => unknown;
    const value = await method.apply(instance, args);
    return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
  }
}

function runtimeOf(app: INestApplicationContext): SqsRuntime | undefined {
  try {
    return app.get(SqsRuntime, { strict: false });
  } catch {
    // The module works without `SqsModule`.
    return undefined;
  }
}
