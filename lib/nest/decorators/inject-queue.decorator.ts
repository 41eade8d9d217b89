import { Inject } from '@nestjs/common';

/** Injects a queue that `registerQueue`, or `forRoot`'s `queues`, named. */
export function InjectSqsQueue(
  name: string,
  connection?: string,
): PropertyDecorator & ParameterDecorator {
  return Inject(getSqsQueueToken(name, connection));
}

/**
 * The injection token of a queue, for tests that override it. Its text says what to do, because it is what Nest
 * prints where nothing provides it.
 */
export function getSqsQueueToken(name: string, connection?: string): string {
  const other =
    connection === undefined || connection === 'default' ? '' : `, connection: '${connection}'`;
  return `SqsQueue, to be provided by SqsModule.registerQueue({ name: '${name}'${other} })`;
}
