import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  StartMessageMoveTaskCommand,
  type ListMessageMoveTasksResultEntry,
} from '@aws-sdk/client-sqs';
import { SQS_LIMITS, type MoveTaskRequest, type MoveTaskStatus } from '../../contracts/index.js';
import { callSdk, present } from './sdk-call.js';
import type { Standing } from './sdk-errors.js';
import type { CommandSender } from './url-hosts.js';

export interface MoveTaskParts {
  client: CommandSender;
  standing: Standing;
}

export async function startMoveTask(
  { client, standing }: MoveTaskParts,
  request: MoveTaskRequest,
): Promise<string> {
  const call = { operation: 'StartMessageMoveTask', queue: request.sourceArn, standing };
  const command = new StartMessageMoveTaskCommand({
    SourceArn: request.sourceArn,
    DestinationArn: request.destinationArn,
    MaxNumberOfMessagesPerSecond: request.maxMessagesPerSecond,
  });
  const answer = await callSdk(call, () => client.send(command));
  return present(answer.TaskHandle, call);
}

export async function listMoveTasks(
  { client, standing }: MoveTaskParts,
  sourceArn: string,
): Promise<MoveTaskStatus[]> {
  const command = new ListMessageMoveTasksCommand({
    SourceArn: sourceArn,
    MaxResults: SQS_LIMITS.moveTasksListed,
  });
  const call = { operation: 'ListMessageMoveTasks', queue: sourceArn, standing };
  const answer = await callSdk(call, () => client.send(command));
  return (answer.Results ?? []).map((entry) => toStatus(entry, sourceArn));
}

export async function cancelMoveTask(
  { client, standing }: MoveTaskParts,
  taskHandle: string,
): Promise<number> {
  const command = new CancelMessageMoveTaskCommand({ TaskHandle: taskHandle });
  const answer = await callSdk({ operation: 'CancelMessageMoveTask', standing }, () =>
    client.send(command),
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
