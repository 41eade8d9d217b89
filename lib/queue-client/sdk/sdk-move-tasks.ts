import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  StartMessageMoveTaskCommand,
  type ListMessageMoveTasksResultEntry,
} from '@aws-sdk/client-sqs';
import { SQS_LIMITS, type MoveTaskRequest, type MoveTaskStatus } from '../../contracts/index.js';
import { present } from './sdk-call.js';
import type { CallFacts } from './sdk-errors.js';
import type { CommandSender } from './url-hosts.js';

/** Makes one call of the SDK, with its time limit. */
export type SdkCaller = <T>(
  call: CallFacts,
  work: (client: CommandSender, options: { abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T>;

export async function startMoveTask(caller: SdkCaller, request: MoveTaskRequest): Promise<string> {
  const call = { operation: 'StartMessageMoveTask', queue: request.sourceArn };
  const command = new StartMessageMoveTaskCommand({
    SourceArn: request.sourceArn,
    DestinationArn: request.destinationArn,
    MaxNumberOfMessagesPerSecond: request.maxMessagesPerSecond,
  });
  const answer = await caller(call, (client, options) => client.send(command, options));
  return present(answer.TaskHandle, call);
}

export async function listMoveTasks(
  caller: SdkCaller,
  sourceArn: string,
): Promise<MoveTaskStatus[]> {
  const command = new ListMessageMoveTasksCommand({
    SourceArn: sourceArn,
    MaxResults: SQS_LIMITS.moveTasksListed,
  });
  const call = { operation: 'ListMessageMoveTasks', queue: sourceArn };
  const answer = await caller(call, (client, options) => client.send(command, options));
  return (answer.Results ?? []).map((entry) => toStatus(entry, sourceArn));
}

export async function cancelMoveTask(caller: SdkCaller, taskHandle: string): Promise<number> {
  const command = new CancelMessageMoveTaskCommand({ TaskHandle: taskHandle });
  const answer = await caller({ operation: 'CancelMessageMoveTask' }, (client, options) =>
    client.send(command, options),
  );
  return answer.ApproximateNumberOfMessagesMoved ?? 0;
}

function toStatus(entry: ListMessageMoveTasksResultEntry, sourceArn: string): MoveTaskStatus {
  return {
    taskHandle: entry.TaskHandle,
    status: (entry.Status ?? 'FAILED') as MoveTaskStatus['status'],
    sourceArn: entry.SourceArn ?? sourceArn,
    destinationArn: entry.DestinationArn,
    movedCount: entry.ApproximateNumberOfMessagesMoved ?? 0,
    toMoveCount: entry.ApproximateNumberOfMessagesToMove,
    failureReason: entry.FailureReason,
    startedAt: entry.StartedTimestamp ?? 0,
  };
}
