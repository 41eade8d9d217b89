import { readUtf8 } from '../codecs/base64.js';
import type { UndecodableMessageError } from '../../contracts/errors/index.js';
import { malformed } from './malformed.js';

/** Takes bytes from the front, and never more than there are. */
export class ByteReader {
  private readonly view: DataView;
  private readonly bytes: Buffer;
  private at = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  uint8(): number {
    return this.view.getUint8(this.step(1));
  }

  uint16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.step(4), true);
  }

  /** A length of eight bytes; beyond 2^53 it is rounded, and larger than any message either way. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.step(8), true));
  }

  float64(): number {
    return this.view.getFloat64(this.step(8), false);
  }

  take(length: number): Uint8Array {
    const start = this.step(length);
    return this.bytes.subarray(start, start + length);
  }

  /** UTF-8. @throws UndecodableMessageError */
  text(length: number): string {
    const start = this.step(length);
    const end = start + length;
    return length <= SHORT_TEXT && this.isAscii(start, end)
      ? this.bytes.toString('latin1', start, end)
      : readUtf8(this.bytes.subarray(start, end));
  }

  private isAscii(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if ((this.bytes[at] ?? 0) > 0x7f) return false;
    return true;
  }

  /** Up to the next line break, which is left out; a character for each byte. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end === -1) throw endsTooEarly();
    const line = Buffer.from(this.take(end - this.at)).toString('latin1');
    this.at++;
    return line;
  }

  private step(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) throw endsTooEarly();
    this.at += length;
    return start;
  }
}

/** Bytes of text up to which looking at each is faster than a decoder. */
const SHORT_TEXT = 32;

function endsTooEarly(): UndecodableMessageError {
  return malformed('ends too early');
}
