import { hasLoneSurrogate } from '../codecs/base64.js';
import { integerOf } from './integers.js';
import { malformed } from './malformed.js';
import type { WideInteger } from './python-objects.js';

// The lines of protocol 0, as Python writes them: a character for each byte.

/** `01` and `00` are True and False. @throws UndecodableMessageError */
export function readBoolOrInt(line: string): boolean | number | WideInteger {
  if (line === '01' || line === '00') return line === '01';
  return integerOf(matching(line, /^-?\d+$/));
}

/** @throws UndecodableMessageError */
export function readLong(line: string): number | WideInteger {
  return integerOf(matching(line, /^-?\d+L?$/).replace('L', ''));
}

/** @throws UndecodableMessageError */
export function readFloat(line: string): number {
  const special = specialFloats.get(line);
  return special ?? Number(matching(line, /^-?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/));
}

const specialFloats: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
]);

/** Number of a memo. @throws UndecodableMessageError */
export function readIndex(line: string): number {
  return Number(matching(line, /^\d{1,15}$/));
}

/** Python 2's text in quotes, as its bytes. @throws UndecodableMessageError */
export function readQuoted(line: string): Buffer {
  const quoted = /^(["'])(.*)\1$/s.exec(line)?.[2];
  if (quoted === undefined) throw unreadable(line);
  const text = quoted.replaceAll(/\\(?:x([0-9a-f]{2})|(.?))/gs, (escape, hex, character) =>
    hex === undefined ? unescaped(escape, character) : String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(text, 'latin1');
}

function unescaped(escape: string, character: string): string {
  const plain = escapes.get(character);
  if (plain === undefined) throw unreadable(escape);
  return plain;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Text with its odd characters as `\uXXXX` and `\UXXXXXXXX`. @throws UndecodableMessageError */
export function readUnicode(line: string): string {
  const text = line.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)/g,
    (escape, short?: string, long?: string) => {
      const code = parseInt(short ?? long ?? '', 16);
      if (!(code <= 0x10ffff)) throw unreadable(escape);
      return String.fromCodePoint(code);
    },
  );
  if (hasLoneSurrogate(text)) throw malformed('has half of a surrogate pair');
  return text;
}

function matching(line: string, pattern: RegExp): string {
  if (pattern.test(line)) return line;
  throw unreadable(line);
}

function unreadable(text: string): Error {
  const shown = JSON.stringify(text.slice(0, 40));
  return malformed(`has the line ${shown}, which Python does not write`);
}
