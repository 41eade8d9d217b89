import { hash } from 'node:crypto';
import type { HotInputs, HotOperation, HotOutputs } from '../sdk/hot-calls.js';
import type { HttpAnswer } from './transport.js';

/** One call and what came of it. */
export interface AnsweredCall<O extends HotOperation> {
  operation: O;
  input: HotInputs[O];
  answer: HttpAnswer;
  /** False where the client's configuration says `md5: false`. */
  checksMd5: boolean;
}

/**
 * Reads an answer that is good beyond doubt. Undefined for any other: what it means, and what is to be done, the SDK
 * says.
 */
export function readAnswer<O extends HotOperation>(
  call: AnsweredCall<O>,
): HotOutputs[O] | undefined {
  if (call.answer.statusCode !== 200 || call.answer.brokenBy !== undefined) return undefined;
  const text = Buffer.from(
    call.answer.body.buffer,
    call.answer.body.byteOffset,
    call.answer.body.byteLength,
  ).toString();
  // Bytes come as base64; within a body the quotes would be escaped.
  if (text.includes('"BinaryValue":')) return undefined;
  const output = parsed(text);
  return output !== undefined && isGood(call, output) ? (output as HotOutputs[O]) : undefined;
}

interface Output {
  Messages?: unknown;
  Successful?: unknown;
  Failed?: unknown;
}

function parsed(text: string): Output | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // The SDK parses it once more and says what is wrong with it.
    return undefined;
  }
}

function isGood(call: AnsweredCall<HotOperation>, output: Output): boolean {
  if (call.operation === 'ReceiveMessage') {
    return isListOf(output.Messages, (message) => !call.checksMd5 || isWhole(message));
  }
  if (!isListOf(output.Successful) || !isListOf(output.Failed)) return false;
  if (call.operation !== 'SendMessageBatch' || !call.checksMd5) return true;
  return isAsSent(call.input as HotInputs['SendMessageBatch'], output.Successful ?? []);
}

type Entry = Record<string, unknown>;

function isListOf(
  list: unknown,
  isGoodEntry: (entry: Entry) => boolean = () => true,
): list is Entry[] | undefined {
  if (list === undefined) return true;
  return Array.isArray(list) && list.every((entry) => isObject(entry) && isGoodEntry(entry));
}

function isWhole({ Body, MD5OfBody }: Entry): boolean {
  return typeof Body === 'string' && hash('md5', Body) === MD5OfBody;
}

function isAsSent({ Entries = [] }: HotInputs['SendMessageBatch'], successful: Entry[]): boolean {
  const digests = new Map(successful.map((entry) => [entry['Id'], entry['MD5OfMessageBody']]));
  return Entries.every(
    ({ Id, MessageBody = '' }) => !digests.has(Id) || digests.get(Id) === hash('md5', MessageBody),
  );
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
