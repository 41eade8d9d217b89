import {
  GatewayError,
  SQS_LIMITS,
  type Clock,
  type EntryFailure,
  type EntryResult,
  type OutgoingMessage,
  type QueueHandle,
  type ReceivedMessage,
} from '../../contracts/index.js';
import { bytesOfMessage } from '../../contracts/message-size.js';
import { explain } from './explain.js';
import { backOff, patiently } from './patient.js';

/** A dead letter, and what is sent of it. */
export interface Parcel {
  readonly from: ReceivedMessage;
  readonly message: OutgoingMessage;
}

export interface SendRounds {
  readonly queue: QueueHandle;
  readonly clock: Clock;
  /** Before each request: false where what is held may be somebody else's by now. */
  mayGoOn(): boolean;
}

export interface SentParcels {
  readonly sent: Parcel[];
  readonly refused: { readonly parcel: Parcel; readonly failure: EntryFailure }[];
  /** Not sent and not refused: to be given back. */
  readonly left: Parcel[];
  /** Why nothing more is to be sent. */
  error?: unknown;
}

const ENTRY_ATTEMPTS = 4;

/**
 * Sends parcels of one destination. On FIFO a request has one message of each group, and what follows a message that
 * was not sent stays behind with it.
 */
export async function sendParcels(
  parcels: readonly Parcel[],
  to: SendRounds,
): Promise<SentParcels> {
  const result: SentParcels = { sent: [], refused: [], left: [] };
  const stopped = new Set<string>();
  for (const request of requestsOf(parcels, to.queue.isFifo)) {
    const [behind, open] = split(request, ({ message }) => stopped.has(message.groupId ?? ''));
    result.left.push(...behind);
    if (result.error === undefined) await sendRequest(open, to, result);
    else result.left.push(...open);
    if (to.queue.isFifo) stopGroups(result, stopped);
  }
  return result;
}

async function sendRequest(parcels: Parcel[], to: SendRounds, result: SentParcels): Promise<void> {
  let open = parcels;
  try {
    for (let attempt = 1; open.length > 0 && to.mayGoOn(); attempt++) {
      if (attempt > 1) await backOff(to.clock, attempt);
      open = await sendOnce(open, to, result);
      if (open.length > 0 && attempt === ENTRY_ATTEMPTS) throw unsent(to, open.length);
    }
  } catch (error) {
    result.error = explain(to.queue.name, error);
  }
  result.left.push(...open);
}

function unsent({ queue }: SendRounds, count: number): GatewayError {
  return new GatewayError({
    kind: 'unavailable',
    operation: 'SendMessageBatch',
    queue: queue.name,
    detail: `${count} messages were not taken in ${ENTRY_ATTEMPTS} attempts`,
  });
}

/** Answers those that are worth another attempt. */
async function sendOnce(parcels: Parcel[], to: SendRounds, result: SentParcels): Promise<Parcel[]> {
  const results = await entriesOf(parcels, to);
  const again: Parcel[] = [];
  for (const [i, parcel] of parcels.entries()) {
    const entry = results[i];
    if (entry?.ok) result.sent.push(parcel);
    else if (entry?.failure.senderFault) {
      result.refused.push({ parcel, failure: entry.failure });
    } else again.push(parcel);
  }
  return again;
}

async function entriesOf(parcels: readonly Parcel[], to: SendRounds): Promise<EntryResult[]> {
  const { gateway, url } = to.queue;
  const messages = parcels.map(({ message }) => message);
  try {
    return await patiently(to.clock, () => gateway.sendBatch(url, messages));
  } catch (error) {
    if (!(error instanceof GatewayError) || error.kind !== 'invalid-request') throw error;
    if (parcels.length === 1) return [refusedWith(error)];
    // One of them spoils the request: alone, each is refused or taken for itself.
    const alone: EntryResult[] = [];
    for (const parcel of parcels) alone.push(...(await entriesOf([parcel], to)));
    return alone;
  }
}

function refusedWith(error: GatewayError): EntryResult {
  const { code = 'InvalidRequest', message } = error;
  return { ok: false, failure: { code, message, senderFault: true } };
}

/** Groups that stopped: a later message of theirs must not overtake one that stayed. */
function stopGroups({ refused, left }: SentParcels, stopped: Set<string>): void {
  for (const { parcel } of refused) stopped.add(parcel.message.groupId ?? '');
  for (const { message } of left) stopped.add(message.groupId ?? '');
}

function requestsOf(parcels: readonly Parcel[], isFifo: boolean): Parcel[][] {
  const rounds = isFifo ? oneOfEachGroup(parcels) : [[...parcels]];
  return rounds.flatMap(packed);
}

function oneOfEachGroup(parcels: readonly Parcel[]): Parcel[][] {
  const rounds: Parcel[][] = [];
  const seen = new Map<string, number>();
  for (const parcel of parcels) {
    const group = parcel.message.groupId ?? '';
    const round = seen.get(group) ?? 0;
    seen.set(group, round + 1);
    (rounds[round] ??= []).push(parcel);
  }
  return rounds;
}

/** Requests of at most ten messages and 1 MiB. */
function packed(parcels: readonly Parcel[]): Parcel[][] {
  const requests: Parcel[][] = [];
  let bytes = Infinity;
  for (const parcel of parcels) {
    const size = bytesOfMessage(parcel.message);
    const last = requests.at(-1);
    const fits = bytes + size <= SQS_LIMITS.messageBytes;
    if (last !== undefined && fits && last.length < SQS_LIMITS.batchEntries) last.push(parcel);
    else requests.push([parcel]);
    bytes = requests.at(-1)?.length === 1 ? size : bytes + size;
  }
  return requests;
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
