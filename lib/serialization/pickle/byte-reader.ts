import type { UndecodableMessageError } from '../../contracts/errors/index.js';
import { malformed } from './malformed.js';

/** Takes bytes from the front, and never more than there are. */
export class ByteReader {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

function endsTooEarly(): UndecodableMessageError {
  return malformed('ends too early');
}
