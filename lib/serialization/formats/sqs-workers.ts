import { DecodingBudget } from '../../contracts/decoding-budget.js';
import { InvalidOptionsError, UndecodableMessageError } from '../../contracts/errors/index.js';
import type { Codec, EncodeOptions, MessageFormat, TaskPacket } from '../../contracts/format.js';
import type { MessageAttributeValue, ReceivedMessage } from '../../contracts/gateway.js';
import { decodeWithin } from '../codecs/decode-within.js';
import { readPythonJson } from '../codecs/python-json.js';
import { pickleCodec } from '../pickle/pickle-codec.js';
import { attributeText, requireRecord } from './fields.js';
import { jsonOf, otherName, requireObject, unwritable } from './json-of.js';

/** Names that sqs-workers gives its codecs. */
export type SqsWorkersCodec = 'json' | 'pickle' | 'pickle_compat';

export interface SqsWorkersOptions {
  /**
   * How messages are written; all three are read. Pickles are written with protocol 2. sqs-workers 0.5.0 does not know
   * `pickle_compat`.
   *
   * @default 'json'
   */
  codec?: SqsWorkersCodec;
}

/**
 * Messages of sqs-workers: the keyword arguments as body; name, codec and context as attributes. The handler gets the
 * kwargs object; the context is its task context. Pickles are read as plain data; no class that they name is ever used.
 *
 * @throws InvalidOptionsError
 */
export function sqsWorkers({ codec = 'json' }: SqsWorkersOptions = {}): MessageFormat {
  if (!isCodec(codec)) throw unknownCodec(codec);
  return {
    name: 'sqs-workers',
    leavesOut: ['meta'],
    encode(packet, options) {
      const write = (value: unknown) => writerFor(codec, options).encode(value);
      const kwargs = requireObject(packet.data, 'sqs-workers', '$');
      const context = requireContext(packet.context);
      return {
        body: write(kwargs),
        attributes: {
          ContentType: attribute(codec),
          JobContext: attribute(write(context)),
          JobName: attribute(requireName(packet.pattern)),
        },
      };
    },
    decode: (message, { budget = new DecodingBudget() }) => packetOf(message, budget),
  };
}

const codecNames: readonly string[] = [
  'json',
  'pickle',
  'pickle_compat',
] satisfies SqsWorkersCodec[];

const readers: Record<SqsWorkersCodec, (text: string, budget: DecodingBudget) => unknown> = {
  json: readPythonJson,
  pickle: (text, budget) => decodeWithin(pickle, text, budget),
  pickle_compat: (text, budget) => decodeWithin(pickle, text, budget),
};

const pickle = pickleCodec('pickle');

function writerFor(codec: SqsWorkersCodec, options: EncodeOptions): Codec {
  return codec === 'json' ? jsonOf(options.codec) : pickle;
}

function packetOf(message: ReceivedMessage, budget: DecodingBudget): TaskPacket {
  const pattern = requireAttribute(message, 'JobName');
  const readWithin = readerOf(requireAttribute(message, 'ContentType'));
  const read = (text: string) => readWithin(text, budget);
  const data = requireRecord(read(message.body), 'the body to be an object of keyword arguments');
  const context = attributeText(message, 'JobContext');
  if (context === undefined) return { pattern, data };
  return { pattern, data, context: requireRecord(read(context), '"JobContext" to be an object') };
}

function readerOf(codec: string): (typeof readers)[SqsWorkersCodec] {
  if (isCodec(codec)) return readers[codec];
  throw new UndecodableMessageError({
    problem: `its codec "${codec}" is none of sqs-workers. Known: ${codecNames.join(', ')}`,
  });
}

function requireAttribute(message: ReceivedMessage, name: string): string {
  const value = attributeText(message, name);
  if (value !== undefined && value !== '') return value;
  throw new UndecodableMessageError({ problem: `it has no text attribute "${name}"` });
}

// The context becomes keyword arguments of a Python method, which has a parameter of this name.
function requireContext(context: Record<string, unknown> = {}): Record<string, unknown> {
  if (!Object.hasOwn(context, 'self')) return context;
  const found = 'the context key "self", which sqs-workers keeps for itself,';
  throw unwritable('sqs-workers', 'JobContext', found, otherName);
}

function requireName(pattern: string): string {
  if (pattern !== '') return pattern;
  throw unwritable('sqs-workers', 'JobName', 'empty text');
}

function isCodec(name: string): name is SqsWorkersCodec {
  return codecNames.includes(name);
}

function unknownCodec(codec: unknown): InvalidOptionsError {
  const problem = `Expected codec to be one of ${codecNames.join(', ')}, got ${String(codec)}`;
  return new InvalidOptionsError({ where: 'sqsWorkers()', problems: [problem] });
}

function attribute(value: string): MessageAttributeValue {
  return { dataType: 'String', stringValue: value };
}
