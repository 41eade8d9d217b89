import { inflateSync } from 'node:zlib';

/**
 * A second reader of pickles, for specs alone: written from Python's `pickletools`, it shares nothing with the
 * library's, and knows only what the library writes. Numbers come as { int } or { float }, so that neither passes for
 * the other; tuples as { tuple }, and what Python would call as { call, args }.
 */
export function unpickle(text: string): unknown {
  if (!/^[\w-]+={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new Error('not padded base64url');
  return unpickleBytes(
    inflateSync(Buffer.from(text.replace(/-/g, '+').replace(/_/g, '/'), 'base64')),
  );
}

/** The same, of what is not packed. */
export function unpickleBytes(bytes: Buffer): unknown {
  if (bytes.readUInt16BE(0) !== 0x8002) throw new Error('not protocol 2');
  const [value, end] = readValue(bytes, 2);
  if (bytes.toString('latin1', end) !== '.') throw new Error('no STOP at the end');
  return value;
}

type Read = [value: unknown, end: number];

function readValue(bytes: Buffer, at: number): Read {
  const opcode = opcodeAt(bytes, at);
  switch (opcode) {
    case 'N':
      return [null, at + 1];
    case '\x88':
      return [true, at + 1];
    case '\x89':
      return [false, at + 1];
    case 'J':
      return [{ int: String(bytes.readInt32LE(at + 1)) }, at + 5];
    case 'K':
      return [{ int: String(bytes.readUInt8(at + 1)) }, at + 2];
    case '\x8a':
      return readLong(bytes, at + 2, bytes.readUInt8(at + 1));
    case '\x8b':
      return readLong(bytes, at + 5, bytes.readUInt32LE(at + 1));
    case 'G':
      return [{ float: bytes.readDoubleBE(at + 1) }, at + 9];
    case 'X':
      return readText(bytes, at + 1);
    case ']':
      return readMany(bytes, at + 1, 'e');
    case '}':
      return readDict(bytes, at + 1);
    case '(':
      return readTuple(bytes, at);
    case 'c':
      return readCall(bytes, at + 1);
    default:
      throw new Error(`unexpected opcode ${JSON.stringify(opcode)} at ${at}`);
  }
}

function opcodeAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 1);
}

function readLong(bytes: Buffer, at: number, length: number): Read {
  let value = 0n;
  for (let index = length - 1; index >= 0; index--) {
    value = (value << 8n) | BigInt(bytes.readUInt8(at + index));
  }
  return [{ int: String(BigInt.asIntN(8 * length, value)) }, at + length];
}

function readText(bytes: Buffer, at: number): Read {
  const end = at + 4 + bytes.readUInt32LE(at);
  return [bytes.toString('utf8', at + 4, end), end];
}

function readMany(bytes: Buffer, start: number, endMark: string): Read {
  if (opcodeAt(bytes, start) !== '(') throw new Error(`no MARK at ${start}`);
  const items: unknown[] = [];
  let at = start + 1;
  while (opcodeAt(bytes, at) !== endMark) {
    const [item, end] = readValue(bytes, at);
    items.push(item);
    at = end;
  }
  return [items, at + 1];
}

function readTuple(bytes: Buffer, start: number): Read {
  const [tuple, end] = readMany(bytes, start, 't');
  return [{ tuple }, end];
}

function readDict(bytes: Buffer, at: number): Read {
  const [items, end] = readMany(bytes, at, 'u');
  const flat = items as unknown[];
  const pairs = flat.flatMap((key, index) => (index % 2 === 0 ? [[key, flat[index + 1]]] : []));
  return [new Map(pairs as [unknown, unknown][]), end];
}

/** GLOBAL, its arguments, the opcode that makes a tuple of them, REDUCE. */
function readCall(bytes: Buffer, start: number): Read {
  const [module, name] = bytes.toString('latin1', start).split('\n', 2) as [string, string];
  const args: unknown[] = [];
  let at = start + module.length + name.length + 2;
  while (!(opcodeAt(bytes, at) in tupleSizes)) {
    const [arg, end] = readValue(bytes, at);
    args.push(arg);
    at = end;
  }
  if (tupleSizes[opcodeAt(bytes, at)] !== args.length || opcodeAt(bytes, at + 1) !== 'R') {
    throw new Error(`no call of ${args.length} arguments at ${at}`);
  }
  return [{ call: `${module}.${name}`, args }, at + 2];
}

const tupleSizes: Record<string, number> = { ')': 0, '\x85': 1, '\x86': 2, '\x87': 3 };
