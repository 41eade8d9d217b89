import type { WorkerOptions } from '../../contracts/index.js';
import { given } from '../../contracts/options/given.js';
import type { SqsModuleOptions } from '../module/sqs-module.options.js';

type ConnectOptions = Pick<
  SqsModuleOptions,
  'connection' | 'connections' | 'queuePrefix' | 'onMissingQueue' | 'serviceName' | 'replies'
>;

/** A worker by hand, without `SqsModule`: how queues are reached, and how they are consumed. */
export type ServerSqsOptions = WorkerOptions & ConnectOptions;

export function splitServerOptions(options: ServerSqsOptions): {
  connect: ConnectOptions;
  work: WorkerOptions;
} {
  const { connection, connections, queuePrefix, onMissingQueue, serviceName, replies, ...work } =
    options;
  const connect = { connection, connections, queuePrefix, onMissingQueue, serviceName, replies };
  return { connect: given(connect), work };
}
