import {
  SQS_LIMITS,
  type Clock,
  type PeekedMessage,
  type PeekReport,
  type QueueHandle,
  type ReceivedMessage,
} from '../../contracts/index.js';
import { MessageDesk } from './message-desk.js';
import type { ResolvedPeek } from './options.js';
import { peekedMessage, type MessageReader } from './peeked-message.js';

export interface PeekParts {
  readonly queue: QueueHandle;
  readonly options: ResolvedPeek;
  readonly reader: MessageReader;
  readonly clock: Clock;
}

/** Receives, shows, and gives back what it received, also where the filter throws. */
export async function peekQueue(parts: PeekParts): Promise<PeekReport> {
  const { queue, options, clock } = parts;
  const desk = new MessageDesk({ ...options, queue, clock });
  const held: Pick<ReceivedMessage, 'receiptHandle'>[] = [];
  const messages: PeekedMessage[] = [];
  try {
    await look(parts, desk, held, messages);
  } catch (error) {
    await desk.giveBack(held);
    throw error;
  }
  const hidden = await desk.giveBack(held);
  const report = { messages, scannedCount: held.length, hiddenCount: hidden.length };
  return { ...report, warnings: warningsOf(parts, report) };
}

async function look(
  { options, reader }: PeekParts,
  desk: MessageDesk,
  held: Pick<ReceivedMessage, 'receiptHandle'>[],
  found: PeekedMessage[],
): Promise<void> {
  const { limit, maxScanned, filter } = options;
  while (found.length < limit && held.length < maxScanned) {
    const room = Math.min(
      maxScanned - held.length,
      filter === undefined ? limit - found.length : SQS_LIMITS.batchEntries,
    );
    const messages = await desk.take(room);
    if (messages.length === 0) return;
    for (const { receiptHandle } of messages) held.push({ receiptHandle });
    for (const message of messages) {
      const shown = peekedMessage(message, reader);
      const isWanted = filter === undefined || (await filter(shown));
      if (isWanted && found.length < limit) found.push(shown);
    }
  }
}

function warningsOf({ queue, reader }: PeekParts, report: Omit<PeekReport, 'warnings'>): string[] {
  const { messages, scannedCount, hiddenCount } = report;
  if (scannedCount === 0) return [];
  const last = messages.filter(({ isLastReceive }) => isLastReceive).length;
  return [
    `Looking spent one receive of each of ${count(scannedCount)} in "${queue.name}".`,
    ...(last === 0 ? [] : [lastReceives(last, reader)]),
    ...(hiddenCount === 0
      ? []
      : [`${count(hiddenCount)} could not be given back: hidden until the timeout ends.`]),
  ];
}

function lastReceives(last: number, { maxReceiveCount }: MessageReader): string {
  return (
    `${count(last)} shown had all ${maxReceiveCount} receives: the next receive, a look too, moves ` +
    `${last === 1 ? 'it' : 'them'} to the dead-letter queue.`
  );
}

function count(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}
