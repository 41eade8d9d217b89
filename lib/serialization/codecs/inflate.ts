import { deflateSync, inflateSync } from 'node:zlib';
import { UndecodableMessageError } from '../../contracts/errors/index.js';

/** Bytes that a message may have once unpacked, unless said otherwise: 16 MiB. What unpacks to more is refused. */
export const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

/** Packs bytes into a zlib stream. */
export function deflate(bytes: Uint8Array): Buffer {
  return deflateSync(bytes);
}

/**
 * Unpacks a zlib stream, and stops at the limit: a small message never becomes a large one unnoticed.
 *
 * @throws UndecodableMessageError
 */
export function inflate(bytes: Uint8Array, maxBytes: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw new UndecodableMessageError({ problem: problemOf(cause, maxBytes), cause });
  }
}

function problemOf(cause: unknown, maxBytes: number): string {
  return (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    ? `it unpacks to more than ${maxBytes} bytes`
    : 'its packed data is no zlib stream';
}
