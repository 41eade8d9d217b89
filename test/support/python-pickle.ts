import { inflateSync } from 'node:zlib';

/**
 * A second reader of pickles, for specs alone: written from Python's `pickletools`, it shares nothing with the
 * library's, and knows only what the library writes. Numbers come as { int } or { float }, so that neither passes for
 * the other.
 */
export function unpickle(text: string): unknown {
  if (!/^[\w-]+={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new Error('not padded base64url');
  const bytes = inflateSync(Buffer.from(text.replace(/-/g, '+').replace(/_/g, '/'), 'base64'));
  if (bytes.readUInt16BE(0) !== 0x8002) throw new Error('not protocol 2');
  const [value, end] = readValue(bytes, 2);
  if (bytes.toString('latin1', end) !== '.') throw new Error('no STOP at the end');
  return value;
}

type Read = [value: unknown, end: number];

function readValue(bytes: Buffer, at: number): Read {
  const opcode = bytes.toString('latin1', at, at + 1);
  switch (opcode) {
    case 'N':
      return [null, at + 1];
    case '\x88':
      return [true, at + 1];
    case '\x89':
      return [false, at + 1];
    case 'J':
      return [{ int: String(bytes.readInt32LE(at + 1)) }, at + 5];
    case '\x8a':
      return readLong(bytes, at + 1);
    case 'G':
      return [{ float: bytes.readDoubleBE(at + 1) }, at + 9];
    case 'X':
      return readText(bytes, at + 1);
    case ']':
      return readMany(bytes, at + 1, 'e');
    case '}':
      return readDict(bytes, at + 1);
    default:
      throw new Error(`unexpected opcode ${JSON.stringify(opcode)} at ${at}`);
  }
}

function readLong(bytes: Buffer, at: number): Read {
  const length = bytes.readUInt8(at);
  let value = 0n;
  for (let index = length; index > 0; index--) {
    value = (value << 8n) | BigInt(bytes.readUInt8(at + index));
  }
  return [{ int: String(BigInt.asIntN(8 * length, value)) }, at + 1 + length];
}

function readText(bytes: Buffer, at: number): Read {
  const end = at + 4 + bytes.readUInt32LE(at);
  return [bytes.toString('utf8', at + 4, end), end];
}

function readMany(bytes: Buffer, start: number, endMark: string): Read {
  if (bytes.toString('latin1', start, start + 1) !== '(') throw new Error(`no MARK at ${start}`);
  const items: unknown[] = [];
  let at = start + 1;
  while (bytes.toString('latin1', at, at + 1) !== endMark) {
    const [item, end] = readValue(bytes, at);
    items.push(item);
    at = end;
  }
  return [items, at + 1];
}

function readDict(bytes: Buffer, at: number): Read {
  const [items, end] = readMany(bytes, at, 'u');
  const flat = items as unknown[];
  const pairs = flat.flatMap((key, index) => (index % 2 === 0 ? [[key, flat[index + 1]]] : []));
  return [new Map(pairs as [unknown, unknown][]), end];
}
