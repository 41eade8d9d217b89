import type { BaseRpcContext } from '@nestjs/microservices';

/** Nest's processing start and end hooks, as a strategy runs them around one delivery. */
export interface ProcessingHooks {
  around<R>(context: BaseRpcContext, work: () => Promise<R>): Promise<R>;
}
